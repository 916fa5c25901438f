"""What somebody is about to announce: one draft for a person in a chat, a new one takes its place."""

from chalicelib.desk.messages import Author
from chalicelib.desk.outage_drafts import KEPT_FOR, OutageDraft
from chalicelib.store.table import Item, OutageItem, bumped, decode, encode


def of(by: Author, place: str) -> OutageDraft | None:
    """Strongly consistent."""
    try:
        return decode(OutageItem.get(*_key(by, place), consistent_read=True), OutageDraft)
    except OutageItem.DoesNotExist:
        return None


def draft_item(draft: OutageDraft) -> Item:
    draft = bumped(draft)
    expires_at = int((draft.at + KEPT_FOR).timestamp())
    key = _key(draft.by, draft.place)
    return OutageItem(*key, body=encode(draft), version=draft.version, expires_at=expires_at)


def _key(by: Author, place: str) -> tuple[str, str]:
    return f"DRAFT#{place}", by.id
