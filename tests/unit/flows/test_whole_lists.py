"""The list of VIPs is replaced whole or not at all, whatever meets the import at whichever of its writes: death, a look,
another list, a change of one of its clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.desk.tickets import NotAllowed
from chalicelib.store import clients, conversations, editions
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import DeskItem, Lost
from chalicelib.use_cases import client_messages, minute_check, registry, vip_import
from chalicelib.use_cases.settings import current
from tests.unit.conftest import empty_account
from tests.unit.flows.conftest import START
from tests.unit.flows.meeting import WRITES, Killed, die, meeting
from tests.unit.flows.people import MARINA

ACCOUNT = "700000001"
ANNA, BORIS, OLGA, CYRIL, DINA = (f"+7916000000{n}" for n in range(1, 6))
OLD = f"name,phone,position\nAnna,{ANNA},Director\nBoris,{BORIS},Director\n"
NEW = f"name,phone,e-mail,position,telegram\nAnna B.,{ANNA},,CEO,\nOlga,{OLGA},o@b.ru,CEO,\nCyril,{CYRIL},,CEO,77\n"
OTHER = f"name,phone\nDina,{DINA}\n"
NEW_VIPS = [("Anna B.", "CEO"), ("Cyril", "CEO"), ("Olga", "CEO")]
OLD_VIPS = [("Anna", "Director"), ("Boris", "Director")]
LATER = timedelta(minutes=2)  # nobody who prepares a list lives as long


@contextmanager
def desk() -> Iterator[None]:
    """Anna and Boris are VIPs; Olga is served like everyone, and has asked something."""
    with empty_account():
        document = {"account": ACCOUNT, "group": "-1", "language": "en", "accounts": {"whatsapp": "1"}}
        documents.replace_document(Document("desk", document, 1))
        take(OLD)
        registry.register({"name": "Olga", "phones": (OLGA,)}, (whatsapp(OLGA),), "", MARINA, current(), START)
        writes(whatsapp(OLGA), "1")
        yield


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "MOST_PREPARED", 5)


def whatsapp(phone: str) -> Identity:
    return Identity("whatsapp", "1", phone.removeprefix("+"))


def take(file: str, at: datetime = START) -> vip_import.Imported:
    return vip_import.run(
        file.encode(), dry_run=False, replace=True, ground="Annex", by=MARINA, settings=current(), now=at
    )


def writes(who: Identity, message_id: str) -> Tier:
    """The tier by which the question is served that this message opens, or goes on with."""
    message = IncomingMessage(
        external_id=message_id,
        account=who.account,
        chat=who.user,
        private=True,
        sender=Sender(who.user, "Somebody", "en"),
        at=START,
        kind=Kind.TEXT,
        text="Nothing works",
    )
    client_messages.receive(message, who.messenger, current(), START)
    ticket = conversations.head(who).ticket
    assert ticket is not None
    return ticket.tier


def vips() -> list[tuple[str, str]]:
    return [(vip.name, vip.position) for vip in clients.of_tier(Tier.VIP)]


def seen() -> Any:
    """All that a reader may ask for, each by its own way: the list, by number, by address, by identity, the histories."""
    listed = vips()
    owners = clients.whose([ANNA, BORIS, OLGA, CYRIL], ["o@b.ru"])
    known = clients.by_ids(owners.values())
    each = {mark: (known[owner].name, known[owner].tier) for mark, owner in owners.items()}
    histories = {known[owner].name: len(clients.changes_of(owner)) for owner in owners.values()}
    return listed, each, histories, list(conversations.of_identities([Identity("telegram", ACCOUNT, "77")]))


def nothing_left() -> bool:
    items = list(DeskItem.scan())
    return not [item for item in items if item.edition or (item.pk == "EDITIONS" and item.sk != "EDITIONS")]


def everywhere(what: Callable[[], object]) -> Iterator[int]:
    """The new list is taken again and again, and meets ``what`` at one of its writes after the other."""
    call, met = 0, True
    while met:
        call += 1
        happened: list[bool] = []

        def once(happened: list[bool] = happened) -> None:
            happened.append(True)
            what()

        with desk(), meeting(call, False, once, WRITES):
            with suppress(Killed):
                take(NEW)
            met = bool(happened)
            if met:
                yield call


@pytest.fixture(scope="module")
def before_and_after() -> tuple[Any, Any]:
    with desk():
        before = seen()
        take(NEW)
        assert nothing_left()
        return before, seen()


def test_what_is_to_be_seen(before_and_after: tuple[Any, Any]) -> None:
    before, after = before_and_after
    assert (before[0], after[0]) == (OLD_VIPS, NEW_VIPS)
    assert before[1][OLGA] == ("Olga", "everyone")
    assert after[1][BORIS] == ("Boris", "everyone")


def test_killed_at_any_write_it_is_whole_or_not_at_all_at_once_and_for_good(before_and_after: tuple[Any, Any]) -> None:
    before, after = before_and_after
    found = []
    for _ in everywhere(die):
        now_is = seen()
        assert now_is in (before, after)
        found.append(now_is == after)
        assert writes(Identity("telegram", ACCOUNT, "77"), "9") is (Tier.VIP if now_is == after else Tier.EVERYONE)
        minute_check.run(START + LATER, lambda: 60.0)
        assert vips() == now_is[0]
        assert nothing_left()
        take(NEW, START + LATER)
        assert vips() == after[0]
        assert writes(whatsapp(OLGA), "2") is Tier.VIP
    assert found == sorted(found)
    assert {True, False} == set(found)


def test_whoever_looks_meanwhile_sees_one_list_or_the_other(before_and_after: tuple[Any, Any]) -> None:
    sights: list[Any] = []
    for _ in everywhere(lambda: sights.append(seen())):
        assert seen() == before_and_after[1]
    assert all(sight in before_and_after for sight in sights)
    assert sights.count(before_and_after[0]) >= 4


def test_two_lists_at_once_do_not_mix() -> None:
    told: list[str] = []

    def another() -> None:
        try:
            take(OTHER)
            told.append("taken")
        except (NotAllowed, Lost):
            told.append("refused")

    for _ in everywhere(another):
        assert vips() in (NEW_VIPS, [("Dina", "")])
        assert nothing_left()
    assert {"taken", "refused"} == set(told)


def test_a_client_who_is_written_meanwhile_loses_nothing() -> None:
    def by_hand() -> None:
        anna = clients.whose([ANNA])[ANNA]
        registry.note_down(anna, "Likes tea", MARINA, START, current(), START)
        assert writes(whatsapp(OLGA), "3") in (Tier.EVERYONE, Tier.VIP)
        assert writes(Identity("telegram", ACCOUNT, "77"), "4") in (Tier.EVERYONE, Tier.VIP)

    for _ in everywhere(by_hand):
        assert vips() == NEW_VIPS
        assert "Likes tea" in clients.client_by_id(clients.whose([ANNA])[ANNA]).details
        assert writes(whatsapp(OLGA), "5") is Tier.VIP
        assert nothing_left()
