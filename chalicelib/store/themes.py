"""Themes, and which tickets they were marked with: in the table of the client's voice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.desk.themes import Mark, Theme
from chalicelib.store.table import Item, NotFound, VoiceItem, bumped, decode, encode, timestamp

DRAFT_FOR = timedelta(days=2)


def all_themes() -> dict[str, Theme]:
    """By id, merged ones too; strongly consistent. There are as many as people can tell apart."""
    found = (decode(item, Theme) for item in VoiceItem.query("THEMES", consistent_read=True))
    return {theme.id: theme for theme in found}


def theme_item(theme: Theme) -> Item:
    theme = bumped(theme)
    return VoiceItem("THEMES", theme.id, body=encode(theme), version=theme.version)


def titles_item() -> Item:
    """Written with every new title, and to be read before the titles there are: of two people who give the same one at the same
    moment the second loses, and finds the first one's."""
    known = next(iter(VoiceItem.batch_get([("THEMES#TITLES", "LAST")], consistent_read=True)), None)
    return VoiceItem("THEMES#TITLES", "LAST", body="", version=known.version + 1 if known else 1)


def mark_item(mark: Mark) -> Item:
    """Listed by the month in which it was made."""
    mark = bumped(mark)
    return VoiceItem(
        f"MARKS#{mark.ticket_id}",
        mark.theme_id,
        body=encode(mark),
        version=mark.version,
        listed=_month(mark.at),
        listed_order=f"{timestamp(mark.at)}#{mark.ticket_id}#{mark.theme_id}",
    )


def mark_items(ticket_id: str, theme_ids: set[str]) -> list[Item]:
    """Those that are there; strongly consistent."""
    return list(VoiceItem.batch_get([(f"MARKS#{ticket_id}", each) for each in sorted(theme_ids)], consistent_read=True))


def marks(since: datetime, until: datetime) -> Iterator[Mark]:
    """Made in a period, its beginning included and its end not, the earliest first."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month < until:
        span = VoiceItem.listed_order.between(timestamp(since), timestamp(until))
        for item in VoiceItem.by_list.query(_month(month), span):
            yield decode(item, Mark)
        month = (month + timedelta(days=32)).replace(day=1)


def draft_item(draft_id: str, title: str, now: datetime) -> Item:
    """A title that somebody searched for: a button has no room for it."""
    return VoiceItem(f"THEME#{draft_id}", "DRAFT", body=encode(title), expires_at=int((now + DRAFT_FOR).timestamp()))


def draft(draft_id: str) -> str:
    """Raises NotFound."""
    try:
        return decode(VoiceItem.get(f"THEME#{draft_id}", "DRAFT", consistent_read=True), str)
    except VoiceItem.DoesNotExist as error:
        raise NotFound(draft_id) from error


def _month(at: datetime) -> str:
    return f"THEMES#{at.astimezone(UTC):%Y-%m}"
