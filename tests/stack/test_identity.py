"""Who is who, through the real triggers: one test per proof, joining and parting, and everything at once."""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlparse

import pytest

from infra.local.sandbox.media import own_number
from tests.stack.conftest import MARINA, OLEG, Desk, Json, eventually, http

MESSAGES = 5  # of each client

_numbers = itertools.count(79_160_000_001)


def register(desk: Desk, number: str = "") -> Json:
    """A VIP of the registry, from no messenger yet, with a number of their own."""
    number = number or str(next(_numbers))
    client: Json = desk.admin(
        "POST", "/admin/clients", {"name": f"Vip {number}", "tier": "vip", "phones": [f"+{number}"]}
    )
    return client


def number_of(client: Json) -> str:
    return str(client["phones"][0]).removeprefix("+")


def messengers_of(desk: Desk, client: Json) -> list[str]:
    return [each["messenger"] for each in desk.admin("GET", f"/admin/clients/{client['id']}")["identities"]]


def client_of(desk: Desk, user: int) -> str:
    """Whose the conversation of this Telegram user is."""
    [conversation] = eventually(lambda: desk.of_conversation(user, "TICKETS"))
    return str(conversation["client_id"])


def test_whatsapps_number_makes_the_vip_of_the_registry(desk: Desk) -> None:
    vip = register(desk)
    desk.sandbox("/say", messenger="whatsapp", user=number_of(vip), name="x", text=f"Help {number_of(vip)}")
    desk.topic_with(f"Help {number_of(vip)}")
    [ticket] = desk.admin("GET", f"/admin/tickets?client={vip['id']}")["items"]
    assert (ticket["client"]["tier"], ticket["messenger"]) == ("vip", "whatsapp")


@pytest.mark.parametrize("messenger", ["telegram", "max"])
def test_own_contact_joins_whom_we_know_with_the_vip_of_that_number(desk: Desk, messenger: str) -> None:
    user = desk.stranger()
    vip = register(desk, own_number(user))
    who = {"messenger": messenger, "user": user, "name": f"Client {user}"}
    desk.sandbox("/say", **who, text=f"Hello from {user}")
    desk.topic_with(f"Hello from {user}")
    assert messengers_of(desk, vip) == []
    desk.sandbox("/say", **who, media={"kind": "contact"})
    eventually(lambda: messengers_of(desk, vip) == [messenger])


# How a person opens a link, as the sandbox's people do it.
OPENS: dict[str, Callable[[Desk, int, str], Json]] = {
    "telegram": lambda desk, user, token: desk.say(user, f"/start {token}"),
    "whatsapp": lambda desk, user, words: desk.sandbox(
        "/say", messenger="whatsapp", user=str(79_990_000_000 + user), name="x", text=words
    ),
    "vk": lambda desk, user, token: desk.sandbox("/say", messenger="vk", user=user, name="x", text="Hello", ref=token),
    "viber": lambda desk, user, token: desk.sandbox(
        "/start", messenger="viber", user=f"viber-{user}==", name="x", payload=token
    ),
    "max": lambda desk, user, token: desk.sandbox("/start", messenger="max", user=user, name="x", payload=token),
}


@pytest.mark.parametrize("messenger", OPENS)
def test_a_personal_link(desk: Desk, messenger: str) -> None:
    vip = register(desk)
    invited = desk.admin("POST", f"/admin/clients/{vip['id']}/invitations", {"messenger": messenger})
    carried = parse_qs(urlparse(invited["url"]).query)
    token = next(carried[name][0] for name in ("start", "text", "ref", "context") if name in carried)
    OPENS[messenger](desk, desk.stranger(), token)
    assert eventually(lambda: messengers_of(desk, vip)) == [messenger]


def test_joined_by_a_managers_tap_and_parted_again(desk: Desk) -> None:
    vip, user = register(desk), desk.stranger()
    desk.sandbox("/say", messenger="whatsapp", user=number_of(vip), name="x", text=f"Help {number_of(vip)}")
    here = desk.topic_with(f"Help {number_of(vip)}")
    desk.say(user, f"It is me, +{number_of(vip)}")
    there = desk.topic_with(f"It is me, +{number_of(vip)}")
    offer = eventually(
        lambda: [
            message for message in desk.chat(desk.group) if f"This may be {vip['name']}" in message.get("text", "")
        ]
    )[0]
    button = f"🔗 This is {vip['name']}"
    assert desk.tap(desk.group, offer["message_id"], button, staff=OLEG) == "Only a manager may confirm this"
    assert desk.tap(desk.group, offer["message_id"], button, staff=MARINA) == "One client from now on"
    assert client_of(desk, user) == vip["id"]
    eventually(lambda: [text for text in desk.texts_to(desk.group, there) if text.startswith("🔗 This is the same")])
    desk.write_in(there, f"Still heard, {user}")
    eventually(lambda: [text for text in desk.texts_to(user) if text == f"Still heard, {user}"])
    eventually(lambda: [text for text in desk.texts_to(desk.group, here) if f"Still heard, {user}" in text])
    identity = {"messenger": "telegram", "user": str(user)}
    own = desk.admin("POST", f"/admin/clients/{vip['id']}/part", {"identity": identity, "ground": "a colleague"})
    assert client_of(desk, user) == own["id"] != vip["id"]
    desk.say(user, f"On my own, {user}")
    assert desk.topic_with(f"On my own, {user}") == there


def test_messages_while_two_join_at_once_all_arrive_at_the_one_client(desk: Desk) -> None:
    """Messages of each of three clients, and every pair of them joined, all at the same time."""
    users = [desk.stranger() for _ in range(3)]
    for user in users:
        assert desk.webhook(desk.update(user, f"First of {user}")) == 200
    ids = [client_of(desk, user) for user in users]
    updates = [desk.update(user, f"{n} of {user}") for n in range(MESSAGES) for user in users]
    pairs = list(itertools.permutations(ids, 2))

    def join(pair: tuple[str, str]) -> int:
        status, _ = http(
            "POST",
            f"{desk.stack.api_url}/admin/clients/{pair[0]}/join",
            {"client": pair[1], "ground": "the same person"},
            {"Authorization": f"Bearer {desk.stack.admin_token}"},
        )
        return status

    with ThreadPoolExecutor(12) as at_once:
        heard = [at_once.submit(desk.webhook, update) for update in updates]
        joined = list(at_once.map(join, pairs))
        statuses = [each.result() for each in heard]
    for update, status in zip(updates, statuses, strict=True):  # Telegram sends again what was not taken
        if status != 200:
            eventually(lambda update=update: desk.webhook(update) == 200)  # type: ignore[misc]
    assert set(joined) <= {200, 409}
    assert [join(pair) for pair in itertools.pairwise(ids)] == [200, 200]
    [one] = {client_of(desk, user) for user in users}
    tickets = [ticket for user in users for ticket in desk.of_conversation(user, "TICKET#")]
    assert {ticket["client_id"] for ticket in tickets} == {one}
    kept = [message["external_id"] for user in users for message in desk.of_conversation(user, "MESSAGE#")]
    assert len(kept) == len(users) * (1 + MESSAGES)
    assert sorted(kept) == sorted(_relayed(desk, kept))


def _relayed(desk: Desk, kept: list[str]) -> list[str]:
    """The messages that the team has seen or is about to see, in whichever topic."""
    left = (json.loads(item["body"]) for item in desk.items() if item["pk"].startswith("OUT#topic:"))
    return [item["message_id"] for item in left if item["purpose"] == "relay" and item["message_id"] in kept]
