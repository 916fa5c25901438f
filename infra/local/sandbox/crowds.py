"""Many people at once who have let us write, without telling the product of each: for tests of what goes to thousands."""

from collections.abc import Callable

from infra.local.sandbox.problems import Fields
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Json


def crowd(welcome: Callable[[int, bool], object]) -> Act:
    """The act `POST /crowd`: `count` people by their numbers from `first` on, of whom each `shut_every`-th has shut us out.
    ``welcome`` makes one, by number, and answers their id."""

    async def gather(fields: Fields) -> Json:
        first, count = fields.integer("first", least=1), fields.integer("count", least=1)
        shut_every = fields.integer("shut_every", default=0, least=0)
        fields.done()
        numbers = range(first, first + count)
        return {"users": [str(welcome(n, bool(shut_every) and n % shut_every == 0)) for n in numbers]}

    return gather
