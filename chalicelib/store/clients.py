"""Clients and the topics the team sees them in."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import attrgetter

from chalicelib.desk.audience import Part, part_of, parts_of
from chalicelib.desk.clients import Client, Tier, Topic
from chalicelib.desk.registry import ClientChange
from chalicelib.store import editions
from chalicelib.store.table import DeskItem, Item, NotFound, bumped, decode, encode

PAGE = 500  # clients that a list reads at a time
FEW = 50  # that it reads at a time of each of its parts, to bring them into one order


def client_by_id(client_id: str) -> Client:
    """Raises NotFound."""
    try:
        found = editions.as_it_holds([DeskItem.get(f"CLIENT#{client_id}", "CLIENT", consistent_read=True)])
    except DeskItem.DoesNotExist as error:
        raise NotFound(client_id) from error
    if not found:
        raise NotFound(client_id)
    return decode(found[0], Client)


def client_now(client_id: str) -> Client:
    """Who the client is now: they, or whom they were joined into. Raises NotFound."""
    client = client_by_id(client_id)
    while client.joined:
        client = client_by_id(client.joined.into)
    return client


def absorbed_by(client: Client) -> list[Client]:
    """All who turned out to be this client; those whom these had absorbed come after them."""
    found: list[Client] = []
    ids = client.absorbed
    while ids:
        level = by_ids(ids)
        found += (level[each] for each in ids if each in level)
        ids = tuple(each for one in level.values() for each in one.absorbed)
    return found


def client_item(client: Client) -> Item:
    """Lists have only those who are still clients of their own."""
    client = bumped(client)
    item = DeskItem(f"CLIENT#{client.id}", "CLIENT", body=encode(client), version=client.version)
    if client.joined is None:
        item.listed, item.listed_order = _list(_part(client)), _order(client.name, client.id)
    return item


def of_tier(tier: Tier) -> list[Client]:
    """By name, all as of one edition of the list of VIPs."""
    while True:
        edition = editions.current().published
        found = [client for _, client in listed(tier)]
        if editions.current().published == edition:
            return found


def listed(tier: Tier, after: str = "") -> Iterator[tuple[str, Client]]:
    """Clients of a tier by name, each with its place in this list. From an index: a change of the last second may be
    missing. What an edition of the list has changed is missing there until it is settled, and is read besides."""
    parts = parts_of(tier)
    return _with_unsettled(parts, after, FEW if len(parts) > 1 else PAGE)


def of_part(part: Part, after: str = "", page_size: int = PAGE) -> Iterator[tuple[str, Client]]:
    """The same of one part of such a list."""
    return _with_unsettled((part,), after, page_size)


def _with_unsettled(parts: Sequence[Part], after: str, page_size: int) -> Iterator[tuple[str, Client]]:
    changed = by_ids(pk.removeprefix("CLIENT#") for pk, sk in editions.unsettled() if sk == "CLIENT")
    besides = [
        (_order(each.name, each.id), each) for each in changed.values() if _part(each) in parts and not each.joined
    ]
    queries = (
        DeskItem.by_list.query(_list(part), DeskItem.listed_order > (after or " "), page_size=page_size)
        for part in parts
    )
    found = ((str(item.listed_order), decode(item, Client)) for item in merge(*queries, key=attrgetter("listed_order")))
    unchanged = ((place, client) for place, client in found if client.id not in changed)
    later = sorted((row for row in besides if row[0] > after), key=lambda row: row[0])
    return merge(unchanged, later, key=lambda row: row[0])


def contact_items(before: Client | None, after: Client) -> tuple[list[Item], list[Item]]:
    """What keeps the client's phones and e-mails leading to them: items to write, and items to delete. An item that is
    there already belongs to another client: the commit is then lost."""
    old, new = _contacts(before) if before else frozenset(), _contacts(after)
    return [DeskItem(key, "CONTACT", body=after.id) for key in sorted(new - old)], _found(old - new)


def handed_over(phones: Iterable[str], emails: Iterable[str], client_id: str) -> list[Item]:
    """What makes these lead to the client from now on, instead of whoever they lead to."""
    return [_led_to(item, client_id) for item in _found({*map(_phone, phones), *map(_email, emails)})]


def whose(phones: Iterable[str] = (), emails: Iterable[str] = ()) -> dict[str, str]:
    """The clients' ids by those of the phones (E.164) and e-mails (lower case) that lead to one."""
    keys = {*map(_phone, phones), *map(_email, emails)}
    return {item.pk.partition("#")[2]: item.body for item in _found(keys)}


def named(name: str, tier: Tier) -> list[Client]:
    """Clients of a tier by this name, however it is capitalised. From an index."""
    beginning = DeskItem.listed_order.startswith(_order(name, ""))
    return [decode(item, Client) for part in parts_of(tier) for item in DeskItem.by_list.query(_list(part), beginning)]


def by_ids(ids: Iterable[str]) -> dict[str, Client]:
    """Those of them that are there."""
    found = DeskItem.batch_get([(f"CLIENT#{each}", "CLIENT") for each in sorted(set(ids))], consistent_read=True)
    return {client.id: client for client in (decode(item, Client) for item in editions.as_it_holds(found))}


def change_item(client_id: str, change: ClientChange, version: int) -> Item:
    """The record of the change that made the client's version ``version``."""
    return DeskItem(f"CLIENT#{client_id}", f"CHANGE#{version:09d}", body=encode(change))


def changes_of(client_id: str) -> list[ClientChange]:
    """In the order in which they were made."""
    found = DeskItem.query(f"CLIENT#{client_id}", DeskItem.sk.startswith("CHANGE#"), consistent_read=True)
    return [decode(item, ClientChange) for item in editions.as_it_holds(found)]


def _contacts(client: Client) -> frozenset[str]:
    return frozenset((*map(_phone, client.phones), *map(_email, client.emails)))


def _found(keys: Iterable[str]) -> list[Item]:
    return editions.as_it_holds(DeskItem.batch_get([(key, "CONTACT") for key in sorted(keys)], consistent_read=True))


def _led_to(item: Item, client_id: str) -> Item:
    return DeskItem(item.pk, item.sk, body=client_id, version=int(item.version) + 1)


def _list(part: Part) -> str:
    """Lists of clients: by tier, those of the largest cut into parts, so that no list is the whole world."""
    return f"CLIENTS#{part.name}"


def _order(name: str, client_id: str) -> str:
    return f"{name.casefold()}#{client_id}"


def _part(client: Client) -> Part:
    return part_of(client.tier, client.id)


def _phone(number: str) -> str:
    return f"PHONE#{number}"


def _email(address: str) -> str:
    return f"EMAIL#{address}"


def topic_item(chat: str, thread: str, client_id: str) -> Item:
    """Whose topic it is: of a topic that was just opened."""
    return DeskItem(f"TOPIC#{chat}#{thread}", "TOPIC", body=client_id)


def topic_handed_over(topic: Topic, client_id: str) -> Item:
    """The topic is another client's from now on."""
    return _led_to(DeskItem.get(f"TOPIC#{topic.chat}#{topic.thread}", "TOPIC", consistent_read=True), client_id)


def client_of_topic(chat: str, thread: str) -> str | None:
    try:
        return str(DeskItem.get(f"TOPIC#{chat}#{thread}", "TOPIC", consistent_read=True).body)
    except DeskItem.DoesNotExist:
        return None
