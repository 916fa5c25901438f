"""A personal link makes whoever opens it the client it was made for: once, in time, in its messenger."""

from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pytest

from chalicelib.desk.clients import Client
from chalicelib.desk.personal_links import TOKEN, in_prepared_words
from chalicelib.desk.validation import Invalid
from chalicelib.store import clients, settings
from chalicelib.store import personal_links as store
from chalicelib.store.settings import Document
from chalicelib.use_cases import personal_links
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, World
from tests.unit.flows.people import MARINA, client_of, register

PAVEL, IVAN = 600_002, 600_003
ADDRESSES = {
    "telegram": "vipdesk_bot",
    "whatsapp": "79001112233",
    "vk": "vipdesk",
    "viber": "vipdesk",
    "max": "vip_bot",
}


@pytest.fixture
def anna(world: World) -> Client:
    desk = {"account": world.bot, "group": world.group, "language": "en", "addresses": ADDRESSES}
    settings.replace_document(Document("desk", desk, 2))
    settings.forget()
    return register(world)


def invited(world: World, client: Client, messenger: str = "telegram") -> str:
    return personal_links.invite(client.id, messenger, MARINA, current(), world.now).url


def token_of(url: str) -> str:
    query = parse_qs(urlparse(url).query)
    (found,) = (values[0] for name, values in query.items() if name in ("start", "ref", "context", "text"))
    return found


def opens(world: World, user: int, token: str, message_id: int = 1) -> None:
    world.receive(world.private(user, message_id, f"/start {token}"))


def known_as(world: World, user: int) -> str:
    return client_of(world.identity(user)).id


@pytest.mark.parametrize(
    ("messenger", "begins"),
    [
        ("telegram", "https://t.me/vipdesk_bot?start="),
        ("whatsapp", "https://wa.me/79001112233?text="),
        ("vk", "https://vk.me/vipdesk?ref="),
        ("viber", "viber://pa?chatURI=vipdesk&context="),
        ("max", "https://max.ru/vip_bot?start="),
    ],
)
def test_each_messenger_has_its_link_and_gives_the_token_back(
    world: World, anna: Client, messenger: str, begins: str
) -> None:
    url = invited(world, anna, messenger)
    assert url.startswith(begins)
    carried = token_of(url)
    token = in_prepared_words(carried) if messenger == "whatsapp" else carried
    assert TOKEN.fullmatch(token or "")
    assert len(token or "") <= 64  # https://core.telegram.org/bots/features#deep-linking


def test_somebody_new_is_the_client_from_the_start_and_is_greeted(world: World, anna: Client) -> None:
    opens(world, PAVEL, token_of(invited(world, anna)))
    world.deliver()
    assert known_as(world, PAVEL) == anna.id
    assert world.texts_to(PAVEL)[0].startswith("Hello, Person")
    world.receive(world.private(PAVEL, 2, "Nothing works"))
    assert world.ticket(PAVEL).tier == "vip"
    by_link = clients.changes_of(anna.id)[-1]
    assert by_link.by.name == "Person 600002"
    assert by_link.ground.endswith("made by Marina")


def test_somebody_known_is_joined_with_the_client(world: World, anna: Client) -> None:
    world.receive(world.private(PAVEL, 1, "Hello"))
    opens(world, PAVEL, token_of(invited(world, anna)), 2)
    assert known_as(world, PAVEL) == anna.id
    assert world.ticket(PAVEL).client_id == anna.id


def test_it_works_once_and_the_team_is_told_of_the_second_time(world: World, anna: Client) -> None:
    token = token_of(invited(world, anna))
    opens(world, PAVEL, token)
    opens(world, IVAN, token)
    world.deliver()
    assert known_as(world, IVAN) != anna.id
    assert world.texts_to(IVAN)[0].startswith("Hello, Person")
    (told,) = [text for text in world.texts_to(MANAGER) if text.startswith("🔗")]
    assert told.startswith("🔗 The personal link of Anna Volkova was opened once more: by Person 600003")


def test_the_same_message_again_is_no_second_time(world: World, anna: Client) -> None:
    token = token_of(invited(world, anna))
    opens(world, PAVEL, token)
    opens(world, PAVEL, token)
    world.deliver()
    assert [text for text in world.texts_to(MANAGER) if text.startswith("🔗")] == []


def test_after_two_weeks_it_proves_nothing(world: World, anna: Client) -> None:
    token = token_of(invited(world, anna))
    world.now += timedelta(days=14)
    opens(world, PAVEL, token)
    opens(world, PAVEL, token)
    world.deliver()
    assert known_as(world, PAVEL) != anna.id
    (told,) = [text for text in world.texts_to(MANAGER) if text.startswith("🔗")]
    assert "after its time" in told


def test_in_another_messenger_it_proves_nothing(world: World, anna: Client) -> None:
    opens(world, PAVEL, token_of(invited(world, anna, "vk")))
    assert known_as(world, PAVEL) != anna.id


@pytest.mark.parametrize("forge", [lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), lambda _: "hello"])
def test_a_forged_one_is_nobodys_business(world: World, anna: Client, forge: object) -> None:
    opens(world, PAVEL, forge(token_of(invited(world, anna))))  # type: ignore[operator]
    world.deliver()
    assert known_as(world, PAVEL) != anna.id
    assert len(world.texts_to(PAVEL)) == 1
    assert world.texts_to(MANAGER) == []


def test_two_who_open_it_at_once_are_not_both_the_client(
    world: World, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, read = token_of(invited(world, anna)), store.link

    def meanwhile(link_id: str) -> object:
        found = read(link_id)
        monkeypatch.setattr(store, "link", read)
        opens(world, IVAN, token)
        return found

    monkeypatch.setattr(store, "link", meanwhile)
    opens(world, PAVEL, token)
    assert (known_as(world, IVAN), known_as(world, PAVEL) != anna.id) == (anna.id, True)


def test_where_nobody_finds_us_there_is_no_link(world: World) -> None:
    client = register(world)
    with pytest.raises(Invalid, match="addresses"):
        invited(world, client)
