"""How announcements are worded and sent: what a team settles beforehand, so that nobody has to under stress. Pure.

The settings document ``announcements``; ``announcement_documents`` checks it when it is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from chalicelib.desk.announcements import Announcement, Kind, State
from chalicelib.desk.templates import LONGEST_BODY, Filled, Template, WrongValues, filled
from chalicelib.desk.zones import zone

ALWAYS = ("00:00", "24:00")
SIGNS = ("red", "yellow", "green", "ended")
SHORTEST_CUT = 40  # characters of a text that are worth sending


@dataclass(frozen=True)
class Wording:
    """What is said of every ``kind`` in this ``state``, by language; ``{title}`` stands for the outage's own."""

    kind: Kind
    state: State
    text: Mapping[str, str]


@dataclass(frozen=True)
class WhatsApp:
    """Who has been silent for a day only gets an approved template: ``templates`` names it by the client's language. Its
    parameters are filled in this order: the title, the text, until when. ``people_a_day`` is the account's tier, 0 for no
    limit: how many different people it may write to in 24 hours outside their windows."""

    templates: Mapping[str, str] = field(default_factory=dict)
    people_a_day: int = 250


@dataclass(frozen=True)
class Rehearsal:
    """The only ``clients`` (ids) and the only ``chat`` that a rehearsal can reach; an empty chat stays silent."""

    clients: tuple[str, ...] = ()
    chat: str = ""


@dataclass(frozen=True)
class AnnouncementSettings:
    """``quiet``: between which hours, in the desk's time zone, news of this sign makes no sound."""

    wordings: tuple[Wording, ...] = ()
    quiet: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: {"green": ALWAYS, "yellow": ("22:00", "08:00"), "ended": ("22:00", "08:00")}
    )
    whatsapp: WhatsApp = WhatsApp()
    rehearsal: Rehearsal = Rehearsal()

    def wording(self, kind: Kind, state: State) -> Mapping[str, str] | None:
        return next((each.text for each in self.wordings if (each.kind, each.state) == (kind, state)), None)

    def is_quiet(self, announcement: Announcement, now: datetime, timezone: str) -> bool:
        """Whether it comes without a sound now. The end of what was red wakes nobody either."""
        hours = self.quiet.get("ended" if announcement.ends else announcement.level)
        return hours is not None and is_between(now.astimezone(zone(timezone)).time(), *hours)


def is_between(now: time, since: str, until: str) -> bool:
    """Hours such as 22:00 to 08:00 go over midnight; 24:00 is the end of the day."""
    at = f"{now:%H:%M}"
    return since <= at < until if since <= until else at >= since or at < until


def in_template(template: Template, title: str, words: str, until: str) -> Filled | None:
    """The announcement as the approved template says it, its text cut to what fits; None when it can hold no such thing."""
    values = [" ".join(value.split()) or "–" for value in (title, words, until)][: len(template.parameters)]
    if len(values) < len(template.parameters):
        return None
    longest = max(range(len(values)), key=lambda n: len(values[n])) if values else 0
    room = LONGEST_BODY - len(template.body) - sum(len(value) for n, value in enumerate(values) if n != longest)
    if values and len(values[longest]) > room:
        if room < SHORTEST_CUT:
            return None
        values[longest] = f"{values[longest][: room - 1]}…"
    try:
        return filled(template, values)
    except WrongValues:
        return None
