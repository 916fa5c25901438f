"""Templates that somebody of the team is filling in: one for a ticket, a new choice takes its place."""

from datetime import datetime

from chalicelib.desk.templates import KEPT_FOR, Draft
from chalicelib.store.table import DeskItem, Item, bumped, decode, encode


def of_ticket(ticket_id: str) -> Draft | None:
    """Strongly consistent."""
    try:
        return decode(DeskItem.get(*_key(ticket_id), consistent_read=True), Draft)
    except DeskItem.DoesNotExist:
        return None


def draft_item(draft: Draft, now: datetime) -> Item:
    draft = bumped(draft)
    expires_at = int((now + KEPT_FOR).timestamp())
    return DeskItem(*_key(draft.ticket_id), body=encode(draft), version=draft.version, expires_at=expires_at)


def _key(ticket_id: str) -> tuple[str, str]:
    return f"TICKET#{ticket_id}", "TEMPLATE"
