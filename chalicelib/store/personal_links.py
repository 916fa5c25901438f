"""Personal links: whom they were made for, and who used them."""

from datetime import timedelta

from chalicelib.desk.personal_links import PersonalLink
from chalicelib.store.table import DeskItem, Item, NotFound, bumped, decode, encode

KEPT_FOR = timedelta(days=180)  # after it expired: whoever finds it in an old letter is told apart from a stranger


def link_item(link: PersonalLink) -> Item:
    link = bumped(link)
    expires_at = int((link.expires_at + KEPT_FOR).timestamp())
    return DeskItem(f"LINK#{link.id}", "LINK", body=encode(link), version=link.version, expires_at=expires_at)


def link(link_id: str) -> PersonalLink:
    """Raises NotFound."""
    try:
        return decode(DeskItem.get(f"LINK#{link_id}", "LINK", consistent_read=True), PersonalLink)
    except DeskItem.DoesNotExist as error:
        raise NotFound(link_id) from error
