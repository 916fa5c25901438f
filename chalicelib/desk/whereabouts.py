"""Where a client may be, by the clock: nobody is asked at night, and nobody is called.

What somebody of the team said goes first, then what the client's phone number tells, then the desk's own zone. A mobile number
of a large country tells many zones: then it has to be day in all of them at once, and where there is no such hour (from
Kaliningrad to Kamchatka there is none) in as many of them as can be, those nearest to the desk's first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.desk.clients import Client
from chalicelib.desk.survey_settings import Quiet
from chalicelib.desk.zones import zone, zone_names

_MEANT: dict[tuple[int | None, str], str] = {(7, "Europe/Bucharest"): "Europe/Kaliningrad"}
"""By calling code, what the library's zone stands for: that one differs in summer."""

_SOON = timedelta(days=2)  # an hour that suits everybody comes within that, or never


class ToldBy(StrEnum):
    TEAM = "team"
    PHONE = "phone"
    DESK = "desk"


@dataclass(frozen=True)
class Whereabouts:
    """``zones``: all that may be theirs, the likeliest first."""

    zones: tuple[ZoneInfo, ...]
    told_by: ToldBy


def whereabouts(client: Client, desk_timezone: str, now: datetime) -> Whereabouts:
    if client.timezone:
        return Whereabouts((zone(client.timezone),), ToldBy.TEAM)
    desk = zone(desk_timezone)
    told = [found for phone in _numbers(client) if (found := of_number(phone))]
    if not told:
        return Whereabouts((desk,), ToldBy.DESK)
    offset = now.astimezone(desk).utcoffset() or timedelta()
    zones = (zone(name) for name in min(told, key=len))
    nearest = sorted(zones, key=lambda each: abs((now.astimezone(each).utcoffset() or timedelta()) - offset))
    return Whereabouts(tuple(nearest), ToldBy.PHONE)


def of_number(phone: str) -> tuple[str, ...]:
    """The zones in which somebody with this number (E.164) may live; none where nobody knows."""
    import phonenumbers  # a tenth of a second to import: only those who need it wait
    from phonenumbers.timezone import time_zones_for_number

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    names = (_MEANT.get((number.country_code, name), name) for name in time_zones_for_number(number))
    return tuple(name for name in names if name in zone_names())


def _numbers(client: Client) -> Iterator[str]:
    """WhatsApp knows people by their numbers."""
    yield from client.phones
    yield from (f"+{each.user}" for each in client.identities if each.messenger == "whatsapp")


def awake(at: datetime, zones: Sequence[ZoneInfo], quiet: Quiet) -> datetime:
    """``at``, or the next moment that is in the quiet hours of none of the zones, or else of none but the last ones."""
    while (found := _day_in_all(at, zones, quiet)) is None:
        zones = zones[:-1]
    return found


def _day_in_all(at: datetime, zones: Sequence[ZoneInfo], quiet: Quiet) -> datetime | None:
    moment = at.astimezone(UTC)
    while moment < at + _SOON:
        latest = max(_morning(moment, each, quiet) for each in zones)
        if latest == moment:
            return moment
        moment = latest
    return None


def _morning(at: datetime, where: ZoneInfo, quiet: Quiet) -> datetime:
    """``at``, or the end of the quiet hours that it lies in."""
    local = at.astimezone(where)
    if not quiet.is_at(local.time()):
        return at
    hour, minute = map(int, quiet.ends.split(":"))
    ends = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (ends if ends > local else ends + timedelta(days=1)).astimezone(UTC)
