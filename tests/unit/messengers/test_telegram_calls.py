"""What is sent to Telegram, against the sandbox, which is as strict as Telegram: nothing it would not take."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Sent, Uncertain, Upload
from chalicelib.messengers.telegram import ADAPTER
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from tests.unit.messengers.messenger import secrets

Json = dict[str, Any]

ANNA = 600_001
ME = Place("700000001", str(ANNA))
KINDS = ("photo", "video", "animation", "voice", "audio", "document", "sticker")
OK = ((Button("Ok", data="ok"),),)


class World:
    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.secret = secrets(telegram_token=sandbox.config.telegram.token)

    def send(self, content: Content, *uploads: Upload, place: Place = ME) -> Outcome:
        before = len(self.calls)
        outcome = ADAPTER.send(content, place, self.secret, uploads)
        assert [
            call["violations"] for call in self.calls[before:] if call["violations"] and call["status"] == 200
        ] == []
        return outcome

    def file(self, kind: str, **more: Any) -> File:
        """A file that Anna sent."""
        self.sandbox.post("/say", user=ANNA, media={"kind": kind, **more})
        file = self.messages[-1][kind]
        file_id = (file[-1] if kind == "photo" else file)["file_id"]
        desk_kind = Kind.VIDEO if kind == "video_note" else Kind(kind)
        return File("telegram", ME.account, Attachment(desk_kind, file_id))

    def fetch(self, file_id: str, most_bytes: int = 1000) -> tuple[Fetched | RetryLater | Refused, bytes]:
        into = io.BytesIO()
        return ADAPTER.fetch(Attachment(Kind.DOCUMENT, file_id), into, most_bytes, self.secret), into.getvalue()

    @property
    def messages(self) -> list[Json]:
        found: list[Json] = next(c for c in self.sandbox.get("/state")["chats"] if c["id"] == ANNA)["messages"]
        return found

    @property
    def calls(self) -> list[Json]:
        found: list[Json] = self.sandbox.get("/calls")
        return found

    def answer(self, **fault: Any) -> None:
        self.sandbox.post("/faults", messenger="telegram", path=".*", **{"count": 1, **fault})


@pytest.fixture(scope="module")
def playing() -> Iterator[RunningSandbox]:
    with running_sandbox(demo_config()) as sandbox:
        sandbox.post("/limits", enforce=False)
        yield sandbox


@pytest.fixture
def world(playing: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("TELEGRAM_API_URL", playing.api_url("telegram"))
    playing.request("DELETE", "/faults")
    return World(playing)


def said(message: Json, *names: str) -> list[Any]:
    return [message.get(name) for name in names]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_by_its_id_with_a_caption_and_buttons(world: World, kind: str) -> None:
    file = world.file(kind)
    outcome = world.send(Content(text="<b>Here</b>", html=True, files=(file,), buttons=OK))

    message = world.messages[-1]
    if kind == "sticker":  # which shows no caption: the words follow
        assert said(message, "text", "reply_markup") == [
            "Here",
            {"inline_keyboard": [[{"text": "Ok", "callback_data": "ok"}]]},
        ]
        message = world.messages[-2]
    else:
        assert said(message, "caption", "reply_markup")[0] == "Here"
        assert message["reply_markup"]
    assert kind in message
    assert outcome == Sent(str(message["message_id"]))


@pytest.mark.parametrize("text", ["", "Look"])
def test_a_video_note_is_found_out_to_be_one(world: World, text: str) -> None:
    note = world.file("video_note")
    outcome = world.send(Content(text=text, files=(note,)))

    [message, *words] = world.messages[-2:] if text else world.messages[-1:]
    assert "video_note" in message
    assert [one["text"] for one in words] == ([text] if text else [])
    assert outcome == Sent(str(message["message_id"]))


def test_an_album(world: World) -> None:
    files = (world.file("photo"), world.file("video"))
    answered = str(world.messages[-1]["message_id"])
    outcome = world.send(Content(text="<i>Two</i>", html=True, files=files, reply_to=answered))

    first, second = world.messages[-2:]
    assert first["media_group_id"] == second["media_group_id"]
    assert said(first, "caption", "reply_to_message_id") == ["Two", int(answered)]
    assert "caption" not in second
    assert outcome == Sent(str(first["message_id"]))


def test_what_is_no_album_goes_in_several(world: World) -> None:
    files = tuple(world.file(kind) for kind in ("photo", "document", "voice", "voice", "document", "document"))
    before = len(world.messages)
    world.send(Content(text="All of it", files=files))

    sent = world.messages[before:]
    assert [next(kind for kind in KINDS if kind in message) for message in sent] == [
        *("photo", "document", "voice", "voice", "document", "document")
    ]
    assert [bool(message.get("media_group_id")) for message in sent] == [False] * 4 + [True] * 2
    assert [message.get("caption") for message in sent] == ["All of it"] + [None] * 5


def test_an_albums_buttons_follow_with_its_words(world: World) -> None:
    world.send(Content(text="Two", files=(world.file("photo"), world.file("photo")), buttons=OK))
    *_, second, words = world.messages
    assert "caption" not in second
    assert said(words, "text", "reply_markup")[0] == "Two"
    assert words["reply_markup"]


def upload(kind: Kind, content: bytes = b"hello", size_bytes: int | None = None) -> Upload:
    size_bytes = len(content) if size_bytes is None else size_bytes
    return Upload(kind, "act.bin", "application/octet-stream", size_bytes, "https://f.example/1", lambda: content)


@pytest.mark.parametrize("kind", KINDS)
def test_another_messengers_file_is_uploaded(world: World, kind: str) -> None:
    file = File("vk", "1", Attachment(Kind(kind), "https://vk.example/1"))
    world.send(Content(text="Акт" if kind != "sticker" else "", files=(file,), reply_to="1"), upload(Kind(kind)))

    message = world.messages[-1]
    file_id = (message[kind][-1] if kind == "photo" else message[kind])["file_id"]
    assert world.fetch(file_id)[1] == b"hello"


def test_an_uploaded_album(world: World) -> None:
    files = tuple(File("vk", "1", Attachment(Kind.PHOTO, f"https://vk.example/{n}")) for n in range(2))
    world.send(Content(text="Two", files=files), upload(Kind.PHOTO, b"one"), upload(Kind.PHOTO, b"two"))

    ids = [message["photo"][-1]["file_id"] for message in world.messages[-2:]]
    assert [world.fetch(file_id)[1] for file_id in ids] == [b"one", b"two"]


@pytest.mark.parametrize(("kind", "size_bytes"), [(Kind.PHOTO, 10_000_001), (Kind.VIDEO, 50_000_001)])
def test_a_file_too_large_to_upload_is_refused_unread(world: World, kind: Kind, size_bytes: int) -> None:
    file = File("vk", "1", Attachment(kind, "https://vk.example/1"))
    assert world.send(Content(files=(file,)), upload(kind, b"", size_bytes)) == Refused("file_too_large")


def test_a_quote_that_is_gone_takes_nothing_from_the_words(world: World) -> None:
    assert isinstance(world.send(Content(text="Yes", reply_to="999999")), Sent)
    assert said(world.messages[-1], "text", "reply_to_message_id") == ["Yes", None]


@pytest.mark.parametrize("album", [False, True])
def test_bad_markup_in_a_caption_is_sent_again_plain(world: World, album: bool) -> None:
    files = (world.file("photo"), world.file("photo")) if album else (world.file("photo"),)
    world.send(Content(text="<b>2 &lt; 3", html=True, files=files))
    assert world.messages[-len(files)]["caption"] == "2 < 3"


class TestEdits:
    def sent(self, world: World, **more: Any) -> str:
        outcome = world.send(Content(text="one", **more))
        assert isinstance(outcome, Sent)
        assert outcome.provider_id
        return outcome.provider_id

    def test_a_text_is_changed(self, world: World) -> None:
        message_id = self.sent(world)
        edit = Content(Verb.EDIT, text="<b>two</b>", html=True, message_id=message_id)
        assert world.send(edit) == Sent(message_id)
        assert world.messages[-1]["text"] == "two"
        assert world.send(edit) == Sent(message_id)  # not modified is as good

    def test_of_files_the_caption_is_changed(self, world: World) -> None:
        files = (world.file("photo"),)
        message_id = self.sent(world, files=files)
        assert world.send(Content(Verb.EDIT, text="two", message_id=message_id, files=files)) == Sent(message_id)
        assert world.messages[-1]["caption"] == "two"

    def test_what_cannot_be_changed_says_so(self, world: World) -> None:
        world.sandbox.post("/say", user=ANNA, text="mine")
        for message_id in (str(world.messages[-1]["message_id"]), "999999"):
            outcome = world.send(Content(Verb.EDIT, text="two", message_id=message_id))
            assert isinstance(outcome, Refused)
            assert outcome.reason == "cannot_edit"


class TestFetching:
    def test_a_file(self, world: World) -> None:
        file = world.file("document", mime="text/plain", content_base64="aGVsbG8=")
        assert world.fetch(file.attachment.provider_id) == (Fetched(5, "text/plain"), b"hello")

    @pytest.mark.parametrize(
        ("size", "most_bytes", "reason"),
        [(21_000_000, 50_000_000, "file_too_large"), (2_000, 1_000, "file_too_large"), (None, 1_000, "file_gone")],
    )
    def test_what_cannot_be_had(self, world: World, size: int | None, most_bytes: int, reason: str) -> None:
        file_id = world.file("video", size=size).attachment.provider_id if size else "guess"
        outcome, content = world.fetch(file_id, most_bytes)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, content) == (reason, b"")

    @pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"drop": True}])
    def test_trouble_passes(self, world: World, fault: Json) -> None:
        file_id = world.file("document").attachment.provider_id
        world.answer(**fault)
        assert isinstance(world.fetch(file_id)[0], RetryLater)


@pytest.mark.parametrize(
    ("description", "code", "check"),
    [
        ("Forbidden: bot was blocked by the user", 403, lambda it: it.reason == "blocked" and it.unreachable),
        ("Bad Request: VOICE_MESSAGES_FORBIDDEN", 400, lambda it: it.reason == "no_voice"),
        ("Bad Request: message caption is too long", 400, lambda it: it.reason == "too_long"),
        ("Bad Request: PHOTO_INVALID_DIMENSIONS", 400, lambda it: it.reason == "file_refused"),
        ("Bad Request: something new", 400, lambda it: it.reason == "refused" and it.detail.endswith("new")),
        ("Internal Server Error", 500, lambda it: it == RetryLater(None, "server_error")),
    ],
)
def test_what_telegrams_words_mean(world: World, description: str, code: int, check: Callable[[Any], bool]) -> None:
    world.answer(status=code, body={"ok": False, "error_code": code, "description": description})
    assert check(world.send(Content(text="Hi")))


def test_an_answer_that_is_not_telegrams_tells_nothing(world: World) -> None:
    world.answer(status=502, body="<html>Bad gateway</html>")
    assert world.send(Content(text="Hi")) == Uncertain()
