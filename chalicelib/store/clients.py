"""Clients and the topics the team sees them in."""

from collections.abc import Iterator

from chalicelib.desk.clients import Client, Tier
from chalicelib.store.table import DeskItem, Item, NotFound, bumped, decode, encode


def client_by_id(client_id: str) -> Client:
    """Raises NotFound."""
    try:
        return decode(DeskItem.get(f"CLIENT#{client_id}", "CLIENT", consistent_read=True), Client)
    except DeskItem.DoesNotExist as error:
        raise NotFound(client_id) from error


def client_item(client: Client) -> Item:
    client = bumped(client)
    return DeskItem(
        f"CLIENT#{client.id}",
        "CLIENT",
        body=encode(client),
        version=client.version,
        listed=f"CLIENTS#{client.tier}",
        listed_order=f"{client.name.casefold()}#{client.id}",
    )


def of_tier(tier: Tier) -> Iterator[Client]:
    """By name."""
    return (client for _, client in listed(tier))


def listed(tier: Tier, after: str = "") -> Iterator[tuple[str, Client]]:
    """Clients of a tier by name, each with its place in this list. From an index: a change of the last second may be
    missing."""
    found = DeskItem.by_list.query(f"CLIENTS#{tier}", DeskItem.listed_order > (after or " "))
    return ((str(item.listed_order), decode(item, Client)) for item in found)


def topic_item(chat: str, thread: str, client_id: str) -> Item:
    """Whose topic it is. A topic belongs to one client for good."""
    return DeskItem(f"TOPIC#{chat}#{thread}", "TOPIC", body=client_id)


def client_of_topic(chat: str, thread: str) -> str | None:
    try:
        return str(DeskItem.get(f"TOPIC#{chat}#{thread}", "TOPIC", consistent_read=True).body)
    except DeskItem.DoesNotExist:
        return None
