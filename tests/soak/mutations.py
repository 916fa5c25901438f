"""What can go wrong with an update on its way, or change in a messenger tomorrow: one or a few small damages to its JSON."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, Any]  # a container, and the key or index in it

STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**53 + 1, 2**64, 10**400, 1.5, -0.0, 1e308),
    *("", " ", "0", "x" * 70_000, "\x00", "\ud800", "🇷🇺👨‍👩‍👧", "‮", "%s{}$", "../../etc", "<b>", "id:1/2#3"),
    *([], {}, [[]], [None], {"": None}, {"type": "tomorrow"}, [1, "2", {"3": 4}]),
)


def mutated(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to three damages."""
    changed = copy.deepcopy(body)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(changed))
        if places:
            chance.choice(_DAMAGES)(*chance.choice(places), chance)
    return changed


def _places(value: Any) -> Iterator[Place]:
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _replace(container: Any, key: Any, chance: random.Random) -> None:
    container[key] = copy.deepcopy(chance.choice(STRANGE))


def _drop(container: Any, key: Any, _: random.Random) -> None:
    del container[key]


def _retype(container: Any, key: Any, chance: random.Random) -> None:
    value = container[key]
    container[key] = chance.choice((str(value)[:1000], [value], {"value": value}))


def _add(container: Any, key: Any, chance: random.Random) -> None:
    if isinstance(container, dict):
        container[f"new_{chance.randrange(10)}"] = copy.deepcopy(chance.choice(STRANGE))
    else:
        container.append(copy.deepcopy(container[key]))


def _nudge(container: Any, key: Any, chance: random.Random) -> None:
    value = container[key]
    if isinstance(value, bool) or not isinstance(value, int | str):
        container[key] = copy.deepcopy(chance.choice(STRANGE))
    elif isinstance(value, int):
        container[key] = value + chance.choice((-1, 1, 2**32, -(2**40)))
    else:
        at = chance.randrange(len(value) + 1)
        container[key] = value[:at] + chance.choice("\u0000é🙂/#:@") + value[at:]


_DAMAGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (_replace, _drop, _retype, _add, _nudge)
