"""The weekly digest to developers: when it is due, and where it goes. The settings document ``weekly``:

{"on": true, "chat": "-1001234567890", "thread": "12", "weekday": "mon", "at": "10:00"}
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.desk.fields import Fields, choice, flag, pattern, read

WEEK = timedelta(days=7)
LATE = timedelta(hours=24)  # a digest that could not be made in time is still worth reading then


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True)
class Weekly:
    """``chat`` and ``thread`` are the developers' topic; without a chat it is the team's group. Times are the desk's."""

    on: bool = True
    chat: str = ""
    thread: str = ""
    weekday: Weekday = Weekday.MON
    at: str = "10:00"

    def due(self, now: datetime) -> datetime | None:
        """The moment of this week's digest, if it has come and not long passed. ``now`` is in the desk's zone."""
        days = (now.weekday() - list(Weekday).index(self.weekday)) % 7
        moment = datetime.combine((now - timedelta(days=days)).date(), time.fromisoformat(self.at), now.tzinfo)
        return moment if self.on and moment <= now < moment + LATE else None


WEEKLY: Fields = {
    "on": flag(),
    "chat": pattern(r"(-?\d{1,20})?", "the id of a group, such as -1001234567890"),
    "thread": pattern(r"\d{0,20}", "the number of a topic, or nothing"),
    "weekday": choice(Weekday),
    "at": pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time of day such as 10:00"),
}


def check_weekly(document: Any) -> None:
    """:raises Invalid: naming every bad field."""
    read(document, WEEKLY)
