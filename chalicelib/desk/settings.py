"""What a team decides about its own desk. Edited as whole documents, without a deploy; these are their shapes and defaults."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.desk.announcement_settings import AnnouncementSettings
from chalicelib.desk.calendars import Calendar
from chalicelib.desk.companies import Tie
from chalicelib.desk.kept_list import Directory
from chalicelib.desk.ladder import Person
from chalicelib.desk.our_clients import Rule as OurClients
from chalicelib.desk.policies import Policy
from chalicelib.desk.staff import Member, Team
from chalicelib.desk.survey_settings import SurveySettings
from chalicelib.desk.templates import Template
from chalicelib.desk.weekly import Weekly
from chalicelib.desk.zones import zone


class Side(StrEnum):
    """Whose announcer it is: announcing is limited to so many named people of each side."""

    US = "us"
    CUSTOMER = "customer"
    PARTNER = "partner"


@dataclass(frozen=True)
class Desk:
    """Where the desk lives. ``account`` is the Telegram bot's own id, ``group`` the team's forum group, ``groups`` more of the
    same, ``emergency_chat`` the channel for outages. ``accounts`` are ours in the other messengers, where their updates do not
    say it. ``addresses`` is how people find us there, by messenger, as personal links need it. ``timezone`` (IANA) is what the
    team reads times in; ``language`` is the team's."""

    account: str = ""
    group: str = ""
    emergency_chat: str = ""
    language: str = "ru"
    timezone: str = "Europe/Moscow"
    accounts: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    @property
    def all_groups(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.group, *self.groups)))

    def group_for(self, client_id: str) -> str:
        """Where a client's topic is opened: Telegram limits each group, so clients are spread evenly, and always alike. A new
        group takes over its part of the clients and moves nobody else (rendezvous hashing)."""
        return max(
            self.all_groups, key=lambda group: hashlib.sha256(f"{group} {client_id}".encode()).digest(), default=""
        )

    def account_in(self, messenger: str) -> str:
        """Who we are there; a messenger nobody has set up has a name of its own all the same."""
        return self.account if messenger == "telegram" else self.accounts.get(messenger, messenger)


@dataclass(frozen=True)
class Announcer:
    """Somebody who may announce. ``token`` is the name of their admin token, ``telegram_user_id`` who they are in the emergency
    group; one of them may be left out. A ``manager`` may override the channel, with a reason."""

    name: str
    token: str = ""
    side: Side = Side.US
    telegram_user_id: int | None = None
    manager: bool = False


@dataclass(frozen=True)
class Announcers:
    people: tuple[Announcer, ...] = ()
    most_per_side: dict[Side, int] = field(default_factory=lambda: {Side.US: 5, Side.CUSTOMER: 2, Side.PARTNER: 2})


@dataclass(frozen=True)
class Settings:
    """All documents, read together. ``policies_since`` is when the policies were edited last, if anybody has."""

    desk: Desk
    team: Team
    policies: tuple[Policy, ...]
    calendars: Mapping[str, Calendar]
    announcers: Announcers
    components: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    announcements: AnnouncementSettings = field(default_factory=AnnouncementSettings)
    surveys: SurveySettings = field(default_factory=SurveySettings)
    our_clients: OurClients = field(default_factory=OurClients)
    policies_since: datetime | None = None
    weekly: Weekly = field(default_factory=Weekly)
    companies: tuple[Tie, ...] = ()
    directory: Directory = field(default_factory=Directory)

    def whom(self, notify: Iterable[Person], now: datetime, owner_id: str | None = None) -> tuple[Member, ...]:
        """Who is told now: whoever is away today, by the team's own clock, is stood in for."""
        return self.team.whom(notify, owner_id, now.astimezone(zone(self.desk.timezone)).date())


DEFAULT_CALENDARS = {
    "24x7": "24x7",
    "office": {
        "timezone": "Europe/Moscow",
        "country": "RU",
        "hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    },
}
