"""Clients and the topics the team sees them in."""

from collections.abc import Iterable, Iterator

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.registry import ClientChange
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


def contact_items(before: Client | None, after: Client) -> tuple[list[Item], list[Item]]:
    """What keeps the client's phones and e-mails leading to them: items to write, and items to delete. An item that is
    there already belongs to another client: the commit is then lost."""
    old, new = _contacts(before) if before else frozenset(), _contacts(after)
    return [_contact(key, after.id) for key in sorted(new - old)], [
        _contact(key, after.id) for key in sorted(old - new)
    ]


def whose(phones: Iterable[str] = (), emails: Iterable[str] = ()) -> dict[str, str]:
    """The clients' ids by those of the phones (E.164) and e-mails (lower case) that lead to one."""
    keys = sorted({*map(_phone, phones), *map(_email, emails)})
    found = DeskItem.batch_get([(key, "CONTACT") for key in keys], consistent_read=True)
    return {item.pk.partition("#")[2]: item.body for item in found}


def by_ids(ids: Iterable[str]) -> dict[str, Client]:
    """Those of them that are there."""
    found = DeskItem.batch_get([(f"CLIENT#{each}", "CLIENT") for each in sorted(set(ids))], consistent_read=True)
    return {client.id: client for client in (decode(item, Client) for item in found)}


def change_item(client_id: str, change: ClientChange, version: int) -> Item:
    """The record of the change that made the client's version ``version``."""
    return DeskItem(f"CLIENT#{client_id}", f"CHANGE#{version:09d}", body=encode(change))


def changes_of(client_id: str) -> list[ClientChange]:
    """In the order in which they were made."""
    found = DeskItem.query(f"CLIENT#{client_id}", DeskItem.sk.startswith("CHANGE#"), consistent_read=True)
    return [decode(item, ClientChange) for item in found]


def _contacts(client: Client) -> frozenset[str]:
    return frozenset((*map(_phone, client.phones), *map(_email, client.emails)))


def _contact(key: str, client_id: str) -> Item:
    return DeskItem(key, "CONTACT", body=client_id)


def _phone(number: str) -> str:
    return f"PHONE#{number}"


def _email(address: str) -> str:
    return f"EMAIL#{address}"


def topic_item(chat: str, thread: str, client_id: str) -> Item:
    """Whose topic it is. A topic belongs to one client for good."""
    return DeskItem(f"TOPIC#{chat}#{thread}", "TOPIC", body=client_id)


def client_of_topic(chat: str, thread: str) -> str | None:
    try:
        return str(DeskItem.get(f"TOPIC#{chat}#{thread}", "TOPIC", consistent_read=True).body)
    except DeskItem.DoesNotExist:
        return None
