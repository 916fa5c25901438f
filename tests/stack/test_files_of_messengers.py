"""Files, quotes and changes between the team and clients in VK, MAX and Viber, through the real triggers."""

import base64
import json
import urllib.request

import pytest

from tests.stack.conftest import OLEG, Desk, Json, eventually

USERS = {"vk": 600_301, "max": 600_302, "viber": "viber-olga=="}

pytestmark = pytest.mark.usefixtures("calls_before")


def chat(desk: Desk, messenger: str) -> list[Json]:
    """What the client sees."""
    chats = desk.seen("/state")["messengers"][messenger]["chats"]
    found: list[Json] = next(one["messages"] for one in chats if one["id"] == USERS[messenger])
    return found


def say(desk: Desk, messenger: str, **what: object) -> Json:
    return desk.sandbox("/say", messenger=messenger, user=USERS[messenger], name="Olga", **what)


def knows_what_is_shown(desk: Desk, shown: Json) -> bool:
    """Whether the desk has written down which message of a client's the team sees as this one."""
    about = ("RECEIPT#telegram", f"/{shown['message_id']}")
    return any(item["pk"].startswith(about[0]) and item["pk"].endswith(about[1]) for item in desk.items())


@pytest.mark.parametrize("messenger", USERS)
def test_a_clients_file_opens_from_the_topic(desk: Desk, messenger: str) -> None:
    content, name = f"what came by {messenger}".encode(), f"{messenger}.pdf"
    say(desk, messenger, media={"kind": "document", "name": name, "content_base64": base64.b64encode(content).decode()})

    def shown() -> list[str]:
        calls = desk.calls("sendMessage", chat_id=desk.group)
        rows = [row for call in calls for row in (call.get("reply_markup") or {}).get("inline_keyboard", ())]
        return [button["url"] for row in rows for button in row if name in button["text"]]

    link = eventually(shown)[-1]
    assert link.startswith(f"{desk.stack.api_url}/files/")
    assert opened({"url": link}) == content


@pytest.mark.parametrize("messenger", USERS)
@pytest.mark.parametrize(("kind", "head"), [("photo", b"\xff\xd8\xff"), ("document", b"%PDF")])
def test_a_file_of_the_teams_arrives_with_its_words(desk: Desk, messenger: str, kind: str, head: bytes) -> None:
    words, caption = f"Show me a {kind}, says {messenger}", f"Here is a {kind}, {messenger}"
    say(desk, messenger, text=words)
    content = head + caption.encode()
    answer = write_with_file(desk, desk.topic_with(words), caption, kind, content)
    eventually(lambda: [one for one in chat(desk, messenger) if one["text"] == caption])
    (sent,) = (one for one in chat(desk, messenger) if one["by"] == "desk" and content in map(opened, one["files"]))
    assert sent["files"][0]["kind"] == kind
    if messenger != "viber":  # which cannot change what was sent
        change(desk, answer, f"{caption}!")
        [changed] = eventually(lambda: [one for one in chat(desk, messenger) if one["text"] == f"{caption}!"])
        assert (changed["id"], list(map(opened, changed["files"]))) == (sent["id"], [content])


def write_with_file(desk: Desk, topic: int, caption: str, kind: str, content: bytes) -> Json:
    media = {"kind": kind, "content_base64": base64.b64encode(content).decode()}
    return desk.sandbox("/say", messenger="telegram", staff=OLEG, topic=topic, text=caption, media=media)


def change(desk: Desk, answer: Json, text: str) -> None:
    where = {"chat": desk.group, "message_id": answer["message_id"]}
    desk.sandbox("/edit", messenger="telegram", staff=OLEG, text=text, **where)


def opened(file: Json) -> bytes:
    """The content of a file that a client sees."""
    with urllib.request.urlopen(file["url"], timeout=30) as answer:
        content: bytes = answer.read()
    return content


@pytest.mark.parametrize(("messenger", "name"), [("vk", "song.mp3"), ("viber", "setup.exe")])
def test_a_file_that_a_messenger_does_not_take_is_told_in_the_topic(desk: Desk, messenger: str, name: str) -> None:
    words = f"Send me {name}"
    say(desk, messenger, text=words)
    topic, before = desk.topic_with(words), chat(desk, messenger)
    media = {"kind": "document", "name": name, "mime": "application/octet-stream"}
    desk.sandbox("/say", messenger="telegram", staff=OLEG, topic=topic, media=media)
    eventually(lambda: [said for said in desk.texts_to(desk.group, topic) if "does not take such files" in said])
    assert chat(desk, messenger) == before


@pytest.mark.parametrize("messenger", ["vk", "max"])
def test_an_answer_quotes_and_a_change_of_it_reaches_the_client(desk: Desk, messenger: str) -> None:
    words = f"When, asks {messenger}?"
    asked = say(desk, messenger, text=words)["message_id"]
    topic = desk.topic_with(words)
    shown = next(one for one in desk.chat(desk.group) if one.get("text") == words)
    eventually(lambda: knows_what_is_shown(desk, shown))
    answer = desk.sandbox(
        "/say",
        messenger="telegram",
        staff=OLEG,
        topic=topic,
        text=f"Tomorow, {messenger}",
        reply_to=shown["message_id"],
    )
    [sent] = eventually(lambda: [one for one in chat(desk, messenger) if one["text"] == f"Tomorow, {messenger}"])
    assert sent["reply_to"] == asked
    change(desk, answer, f"Tomorrow, {messenger}")
    [changed] = eventually(lambda: [one for one in chat(desk, messenger) if one["text"] == f"Tomorrow, {messenger}"])
    assert (changed["id"], changed["reply_to"]) == (sent["id"], asked)


@pytest.mark.parametrize("messenger", ["vk", "max"])
def test_a_client_who_answers_us_is_shown_under_what_they_answer(desk: Desk, messenger: str) -> None:
    words, question, thanks = (f"{said}, {messenger}" for said in ("Hello again", "Which one", "The blue one"))
    say(desk, messenger, text=words)
    answer = desk.write_in(desk.topic_with(words), question)
    eventually(lambda: desk.calls("setMessageReaction", message_id=answer["message_id"]))  # the desk knows it arrived
    [asked] = [one for one in chat(desk, messenger) if one["text"] == question]
    say(desk, messenger, text=thanks, reply_to=asked["id"])
    [shown] = eventually(lambda: desk.calls("sendMessage", text=thanks))
    assert shown["reply_parameters"]["message_id"] == answer["message_id"]


def test_what_a_client_changes_takes_back_and_feels_is_kept(desk: Desk) -> None:
    words = "Changing my mind"
    first = {name: say(desk, name, text=f"{words}, {name}")["message_id"] for name in ("vk", "max")}
    who = {name: {"messenger": name, "user": USERS[name], "message_id": first[name]} for name in first}
    eventually(lambda: {f"{words}, {name}" for name in first} <= texts(desk))
    for name in first:
        desk.sandbox("/edit", **who[name], text=f"{words} twice, {name}")
    for reaction in ({"reaction_id": 1}, {"reaction_id": 2}, {}):
        desk.sandbox("/react", **who["vk"], **reaction)
    eventually(lambda: {one["text"] for one in kept(desk, "vk") if one["kind"] == "reaction"} == {"❤", "🔥", ""})
    eventually(lambda: {f"{words} twice, {name}" for name in first} <= texts(desk))
    desk.sandbox("/remove", **who["max"])
    eventually(lambda: [one for one in kept(desk, "max") if one["removed_at"]])


def kept(desk: Desk, messenger: str) -> list[Json]:
    """What the desk keeps of the client's newest ticket."""
    listed = desk.admin("GET", "/admin/tickets?limit=100")["items"]
    ticket = next(one["id"] for one in listed if one["messenger"] == messenger and one["client"]["name"] == "Olga")
    found: list[Json] = desk.admin("GET", f"/admin/tickets/{ticket}")["messages"]
    return found


def texts(desk: Desk) -> set[str]:
    return {one["text"] for name in ("vk", "max") for one in kept(desk, name)}


def test_no_call_breaks_the_rules_of_its_messenger(desk: Desk, calls_before: int) -> None:
    calls = desk.seen(f"/calls?since={calls_before}")
    assert [json.dumps(call) for call in calls if call["violations"]] == []
