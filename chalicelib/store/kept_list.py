"""Which messages of the group hold the list of VIPs and our clients."""

from chalicelib.desk.kept_list import Kept
from chalicelib.store.table import DeskItem, Item, bumped, decode, encode

_KEY = ("DIRECTORY", "DIRECTORY")


def kept() -> Kept:
    """Strongly consistent."""
    try:
        return decode(DeskItem.get(*_KEY, consistent_read=True), Kept)
    except DeskItem.DoesNotExist:
        return Kept()


def kept_item(kept: Kept) -> Item:
    kept = bumped(kept)
    return DeskItem(*_KEY, body=encode(kept), version=kept.version)
