"""Before anything leaves, its tokens are taken: of the account, and of the chat or the team's group. Used by ``dispatch``.

Conversations may use all of an account. In a group, what is about VIPs or for the whole team comes before the rest.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.desk import limits
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.outbound import SHORTEST_RETRY, Outbound
from chalicelib.desk.rates import Budget
from chalicelib.desk.settings import Settings
from chalicelib.messengers.adapter import Outcome, RetryLater
from chalicelib.store import buckets, clients
from chalicelib.store.environment import environment

FEW_LEFT = 10  # of the twenty that a group takes in a minute
LIMITED = "limited"  # the reason of a RetryLater that a messenger's limit is behind


def speed() -> float:
    """How many times faster than real the limits run: 1 everywhere but beside a sandbox whose clock is not the real one."""
    return float(environment().limits_speed or 1)


@dataclass
class Pace:
    """How fast things may leave for ``destination``. Made anew for each look at what is unfinished there."""

    destination: str
    settings: Settings

    def wait_seconds(self, item: Outbound, now: datetime) -> float:
        """0: the tokens are taken, so send. Else none is taken, and before that it is not worth asking again."""
        return buckets.take(self._budgets(item), now)

    def is_short(self, now: datetime) -> bool:
        """Whether half of what the place takes at once is gone already."""
        return buckets.wait_seconds(self._there, now, FEW_LEFT) > 0

    def heed(self, item: Outbound, outcome: Outcome, now: datetime) -> None:
        """When the messenger said "too many", exactly what it limits waits as long as it said."""
        if isinstance(outcome, RetryLater) and outcome.reason == LIMITED:
            until = now + (outcome.after or SHORTEST_RETRY)
            buckets.shut(self._limited(item, outcome), until, now)

    def _limited(self, item: Outbound, outcome: RetryLater) -> tuple[Budget, ...]:
        """Telegram does not say whose limit it was. A group's is by far the nearest to the group; of a person's chat and the
        account it is the chat's, and when that has waited and it comes again, the account's too."""
        place = self._place[0]
        if outcome.of_chat or limits.is_group(place.messenger, place.user):
            return self._there
        if limits.LIMITS[place.messenger].says_whose:
            return self._account
        return (*self._account, *self._there) if item.reason == LIMITED else self._there

    def _budgets(self, item: Outbound) -> tuple[Budget, ...]:
        counted = limits.is_counted(self._place[0].messenger, item.content.verb)
        return (*self._account, *self._there) if counted else ()

    @property
    def _account(self) -> tuple[Budget, ...]:
        place, _ = self._place
        return limits.of_account(place.messenger, place.account, speed(), favoured=True)

    @property
    def _there(self) -> tuple[Budget, ...]:
        place, favoured = self._place
        return limits.of_chat(place.messenger, place.account, place.user, speed(), favoured=favoured)

    @cached_property
    def _place(self) -> tuple[Identity, bool]:
        """The chat that it goes to, and whether it comes before others there."""
        kind, where = self.destination.split(":", 1)
        if kind != "topic":
            return Identity.from_key(where), True
        client, desk = clients.client_by_id(where), self.settings.desk
        group = client.topic.chat if client.topic else desk.group_for(client.id)
        return Identity("telegram", desk.account, group), client.tier is Tier.VIP
