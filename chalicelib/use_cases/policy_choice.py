"""Which policy a client gets in a messenger, and why: for the admin endpoint. The choice itself is ``desk.policies``'.
And what an edit of the policies means to a ticket that is open: for whatever may begin a cycle of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.desk import ticket_life
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.policies import Fit, Metric, Policy, Target, considered, with_own
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.texts import text
from chalicelib.use_cases import serving


@dataclass(frozen=True)
class Choice:
    """``served_as`` is the tier on ``day``, by which the policy was chosen. ``considered`` is the whole list in its order."""

    client: Client
    messenger: str
    day: date
    served_as: Tier
    considered: tuple[tuple[Policy, Fit], ...]

    @property
    def place(self) -> int:
        """Of the chosen policy in the list, counted from 1."""
        return next(n for n, (_, fit) in enumerate(self.considered, 1) if fit is Fit.CHOSEN)

    @property
    def policy(self) -> Policy:
        """Of the list; the client's own targets count before its own."""
        return self.considered[self.place - 1][0]

    @property
    def own_targets(self) -> dict[str, int]:
        return self.client.targets_on(self.day)

    @property
    def targets(self) -> dict[Metric, Target]:
        return with_own(self.policy, self.own_targets, self.policy.name).targets


def choice(client: Client, messenger: str, settings: Settings, day: date) -> Choice:
    """What a ticket would get that the client opens on that day (in the team's zone)."""
    served_as = client.tier_on(day)
    return Choice(client, messenger, day, served_as, considered(settings.policies, served_as, messenger))


def in_words(found: Choice, language: str) -> str:
    key = "policy_served" if found.served_as is found.client.tier else "policy_outside_dates"
    tier, served = (text(f"tier_{each}", language) for each in (found.client.tier, found.served_as))
    messenger = text(f"messenger_{found.messenger}", language)
    own = targets_in_words(found.own_targets, language)
    return " ".join(
        (
            text(key, language, client=found.client.name, tier=tier, served=served),
            text("policy_chosen", language, n=found.place, policy=found.policy.name, messenger=messenger),
            *([text("policy_own_targets", language, targets=own)] if own else []),
            text("policy_open_ticket", language),
        )
    )


def targets_in_words(targets: Mapping[str, int], language: str) -> str:
    """Minutes by metric; empty if there are none."""
    return ", ".join(
        text("own_target", language, metric=text(f"metric_{metric}", language), n=n) for metric, n in targets.items()
    )


def followed(ticket: Ticket, settings: Settings) -> Ticket:
    """The ticket as it is served since the last edit of the policies, before something happens to it."""
    if settings.policies_since is None:
        return ticket
    policy = serving.policy_by(ticket.tier, ticket.own_targets, ticket.identity.messenger, settings)
    return ticket_life.follow(ticket, policy, settings.policies_since)
