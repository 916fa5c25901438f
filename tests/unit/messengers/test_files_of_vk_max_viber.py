"""Files that VK, MAX and Viber take from us and give to us: each adapter against the sandbox's side of its messenger."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import msgspec
import pytest

from chalicelib.desk.files import FILE_KINDS
from chalicelib.desk.messages import Attachment, File, IncomingMessage, Kind
from chalicelib.desk.outbound import Content, Verb
from chalicelib.messengers import ADAPTERS, max_calls, uploads
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Sent, Upload
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.sandbox.max.config import Max
from infra.local.sandbox.viber.config import Viber
from infra.local.sandbox.vk.config import Vk
from tests.unit.sandbox.product import Webhook, product_webhook

Json = dict[str, Any]

ANNA = {"vk": 600_001, "max": 71, "viber": "anna=="}
SECRETS = {"vk_token": Vk().token, "max_token": Max().token, "viber_token": Viber().token}
JPEG = b"\xff\xd8\xff\xe0 a picture"
MIMES = {Kind.PHOTO: "image/jpeg", Kind.VIDEO: "video/mp4", Kind.VOICE: "audio/ogg", Kind.DOCUMENT: "application/pdf"}
NAMES = {Kind.PHOTO: "photo.jpg", Kind.VIDEO: "video.mp4", Kind.VOICE: "voice.ogg", Kind.DOCUMENT: "отчёт.pdf"}


def upload(kind: Kind, content: bytes = JPEG, name: str = "", size_bytes: int = 0) -> Upload:
    name = name or NAMES[kind]
    address = f"https://files.desk.example/a/{name}?signed=1"
    return Upload(kind, name, MIMES[kind], size_bytes or len(content), address, lambda: content)


@dataclass
class World:
    """The sandbox and the product's webhooks; adapters are called as the outbox calls them."""

    sandbox: RunningSandbox
    product: Webhook
    chats: dict[str, str] = field(default_factory=dict)

    def send(self, messenger: str, content: Content, *files: Upload) -> Outcome:
        place = Place("", self.chats[messenger])
        return ADAPTERS[messenger].send(content, place, SECRETS.__getitem__, files)

    def fetch(self, messenger: str, attachment: Attachment, most_bytes: int = 10**6) -> Any:
        into = BytesIO()
        found = ADAPTERS[messenger].fetch(attachment, into, most_bytes, SECRETS.__getitem__)
        return into.getvalue() if isinstance(found, Fetched) else found

    def says(self, messenger: str, **what: Any) -> IncomingMessage:
        """What a person sends, as the adapter reads it."""
        seen = len(self.product.requests)
        self.sandbox.post("/say", messenger=messenger, user=ANNA[messenger], name="Anna", **what)
        while True:  # echoes of what we sent may come in between
            self.product.wait_for(seen + 1)
            [found] = ADAPTERS[messenger].parse(self.product.requests[seen][1], "", str)
            if isinstance(found, IncomingMessage):
                return found
            seen += 1

    def fault(self, messenger: str, path: str, **fault: Any) -> None:
        self.sandbox.post("/faults", messenger=messenger, path=path, **fault)

    def last(self, messenger: str, count: int = 1) -> Json:
        """What Anna sees last, or as the last but some."""
        chats = self.sandbox.get("/state")["messengers"][messenger]["chats"]
        return dict(next(chat["messages"][-count] for chat in chats if chat["id"] == ANNA[messenger]))

    def content(self, shown: Json) -> bytes:
        """Of a file that Anna sees."""
        found = self.fetch("max", Attachment(Kind.DOCUMENT, shown["url"]))
        assert isinstance(found, bytes)
        return found

    def count(self, method: str) -> int:
        return sum(call["method"] == method for call in self.sandbox.get("/calls"))


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with product_webhook() as product:
        product.body_for = lambda _: b"ok"
        config = msgspec.structs.replace(demo_config(), vk=Vk(webhook_url=product.url))
        with running_sandbox(config) as sandbox:
            sandbox.post("/limits", enforce=False)
            sandbox.request("POST", "/max/subscriptions", {"url": product.url}, {"Authorization": Max().token})
            webhook = {"url": product.url, "event_types": []}
            sandbox.request("POST", "/viber/pa/set_webhook", webhook, {"X-Viber-Auth-Token": Viber().token})
            yield World(sandbox, product)


@pytest.fixture
def world(running: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for messenger in ANNA:
        monkeypatch.setenv(f"{messenger.upper()}_API_URL", running.sandbox.api_url(messenger))
    if not running.chats:
        running.chats = {"vk": str(ANNA["vk"])}
        for messenger in ("max", "viber"):
            running.chats[messenger] = running.says(messenger, text="Hello").chat
    before = len(running.sandbox.get("/calls"))
    yield running
    running.sandbox.request("DELETE", "/faults")
    assert [call for call in running.sandbox.get("/calls")[before:] if call["violations"]] == []


class TestWhatIsTaken:
    @pytest.mark.parametrize("messenger", ANNA)
    def test_every_kind_of_file(self, messenger: str) -> None:
        rules = ADAPTERS[messenger].files
        assert rules.keys() == FILE_KINDS
        assert all(rule.longest_caption <= ADAPTERS[messenger].longest_text for rule in rules.values())

    @pytest.mark.parametrize("messenger", ["vk", "max"])
    def test_a_photo_with_its_caption(self, world: World, messenger: str) -> None:
        sent = world.send(messenger, Content(text="Look: <b>here</b>", html=True), upload(Kind.PHOTO))
        assert isinstance(sent, Sent)
        assert sent.provider_id
        shown = world.last(messenger)
        assert (shown["text"], [file["kind"] for file in shown["files"]]) == ("Look: here", ["photo"])
        assert world.content(shown["files"][0]) == JPEG

    @pytest.mark.parametrize(
        ("messenger", "kind", "shown_as"),
        [
            ("vk", Kind.DOCUMENT, "document"),
            ("vk", Kind.VIDEO, "document"),
            ("vk", Kind.VOICE, "voice"),
            ("max", Kind.DOCUMENT, "document"),
            ("max", Kind.VIDEO, "video"),
            ("max", Kind.VOICE, "voice"),
        ],
    )
    def test_other_files(self, world: World, messenger: str, kind: Kind, shown_as: str) -> None:
        assert isinstance(world.send(messenger, Content(), upload(kind, b"content")), Sent)
        [shown] = world.last(messenger)["files"]
        assert shown["kind"] == shown_as
        assert world.content(shown) == b"content"

    @pytest.mark.parametrize("messenger", ["vk", "max"])
    def test_several_photos_are_one_message(self, world: World, messenger: str) -> None:
        world.send(messenger, Content(text="both"), upload(Kind.PHOTO), upload(Kind.PHOTO))
        assert len(world.last(messenger)["files"]) == 2

    @pytest.mark.parametrize("messenger", ANNA)
    def test_documents_keep_their_names(self, world: World, messenger: str) -> None:
        world.send(messenger, Content(), upload(Kind.DOCUMENT))
        assert world.last(messenger)["files"][0]["name"] == "отчёт.pdf"


class TestViber:
    def test_a_picture_is_an_address_with_a_caption(self, world: World) -> None:
        world.send("viber", Content(text="Look"), upload(Kind.PHOTO))
        shown = world.last("viber")
        [file] = shown["files"]
        assert (file["kind"], shown["text"]) == ("photo", "Look")
        assert file["url"] == "https://files.desk.example/a/photo.jpg?signed=1"

    def test_a_large_picture_is_a_file_and_its_caption_follows(self, world: World) -> None:
        world.send("viber", Content(text="Look"), upload(Kind.PHOTO, size_bytes=1_000_001))
        assert world.last("viber", 2)["files"][0]["kind"] == "document"
        assert world.last("viber")["text"] == "Look"

    def test_a_caption_is_not_sent_after_a_file_that_was_refused(self, world: World) -> None:
        world.fault("viber", "send_message", status=200, body={"status": 6, "status_message": "x"})
        before = world.count("send_message")
        outcome = world.send("viber", Content(text="Look"), upload(Kind.PHOTO, size_bytes=1_000_001))
        assert isinstance(outcome, Refused)
        assert outcome.unreachable
        assert world.count("send_message") == before + 1

    @pytest.mark.parametrize(
        ("file", "shown_as"),
        [
            (upload(Kind.VIDEO, size_bytes=27_262_976), "video"),
            (upload(Kind.VIDEO, size_bytes=27_262_977), "document"),
            (upload(Kind.VOICE), "document"),
            (upload(Kind.DOCUMENT), "document"),
            (upload(Kind.DOCUMENT, name="a" * 300 + ".pdf"), "document"),
        ],
    )
    def test_other_files(self, world: World, file: Upload, shown_as: str) -> None:
        assert isinstance(world.send("viber", Content(), file), Sent)
        assert world.last("viber")["files"][0]["kind"] == shown_as

    @pytest.mark.parametrize("name", ["setup.EXE", "app.apk"])
    def test_programs_are_not_taken(self, world: World, name: str) -> None:
        assert world.send("viber", Content(), upload(Kind.DOCUMENT, name=name)) == Refused(
            "file_kind", detail=f".{name.partition('.')[2]}"
        )


class TestWhatGoesWrong:
    """Nothing is seen by the client before the message itself is sent, so all of this can be done again."""

    @pytest.mark.parametrize(
        ("messenger", "path"),
        [
            *(("vk", path) for path in ("getMessagesUploadServer", "/upload/", "saveMessagesPhoto")),
            *(("max", path) for path in ("/uploads", "/upload/")),
        ],
    )
    @pytest.mark.parametrize(
        "fault", [{"status": 500}, {"status": 429}, {"drop": True}, {"status": 502, "body": "<html>"}]
    )
    def test_a_step_that_fails_is_tried_again_later(self, world: World, messenger: str, path: str, fault: Json) -> None:
        before = world.last(messenger)
        world.fault(messenger, path, **fault)
        assert isinstance(world.send(messenger, Content(text="x"), upload(Kind.PHOTO)), RetryLater)
        assert world.last(messenger) == before
        assert isinstance(world.send(messenger, Content(text="x"), upload(Kind.PHOTO)), Sent)

    def test_a_named_message_with_a_file_is_there_once(self, world: World) -> None:
        named = Content(text="once", sent_as="item-with-a-file")
        first = world.send("vk", named, upload(Kind.PHOTO))
        assert world.send("vk", named, upload(Kind.PHOTO)) == first

    @pytest.mark.parametrize(
        "address", ["http://files.example/u", "https://127.0.0.1/u", "https://localhost/u", "ftp:x", ""]
    )
    def test_only_public_hosts_over_https_get_a_file(self, world: World, address: str) -> None:
        world.fault("vk", "photos.get", status=200, body={"response": {"upload_url": address}})
        world.fault("max", "/uploads", status=200, body={"url": address})
        for messenger in ("vk", "max"):
            outcome = world.send(messenger, Content(), upload(Kind.PHOTO))
            assert isinstance(outcome, Refused)
            assert outcome.reason == "refused"

    @pytest.mark.parametrize(
        ("messenger", "path", "fault"),
        [
            ("vk", "/upload/", {"status": 200, "body": {"error": "bad file type"}}),
            ("vk", "/upload/", {"status": 200, "body": {"server": 1, "photo": "[]", "hash": "h"}}),
            ("vk", "saveMessagesPhoto", {"status": 200, "body": {"error": {"error_code": 129, "error_msg": "x"}}}),
            ("max", "/upload/", {"status": 400, "body": {"error": "File extension is forbidden"}}),
            ("max", "/upload/", {"status": 200, "body": "odd"}),
        ],
    )
    def test_what_a_messenger_takes_for_no_such_file(
        self, world: World, messenger: str, path: str, fault: Json
    ) -> None:
        world.fault(messenger, path, **fault)
        outcome = world.send(messenger, Content(), upload(Kind.PHOTO))
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == ("file_kind", False)

    @pytest.mark.parametrize("messenger", ["vk", "max"])
    def test_a_file_that_its_host_finds_too_large(self, world: World, messenger: str) -> None:
        world.fault(messenger, "/upload/", status=413)
        assert world.send(messenger, Content(), upload(Kind.PHOTO)) == Refused("file_too_large")

    @pytest.mark.parametrize("body", [{"response": {}}, {"response": []}, {"response": 1}, {"response": None}])
    def test_answers_of_an_unknown_shape_raise_nothing(self, world: World, body: Json) -> None:
        for path in ("photos.get", "photos.save"):
            world.fault("vk", path, status=200, body=body)
            outcome = world.send("vk", Content(), upload(Kind.PHOTO))
            assert isinstance(outcome, Refused)
            assert outcome.reason == "refused"

    def test_a_file_that_max_still_takes_in_is_waited_for(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(max_calls, "PAUSE_SECONDS", 0.01)
        busy = {"code": "attachment.not.ready", "message": "Key: errors.process.attachment.file.not.processed"}
        world.fault("max", "/messages", status=400, body=busy, count=3)
        before = world.count("POST upload")
        assert isinstance(world.send("max", Content(), upload(Kind.VIDEO)), Sent)
        assert world.count("POST upload") == before + 1

    def test_who_waits_too_long_gives_the_next_one_a_try(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """The message must not begin when the lease of the item may end before it does."""
        monkeypatch.setattr(uploads, "MOST_SECONDS", 0.0)
        for messenger, method in (("vk", "messages.send"), ("max", "POST /messages")):
            before = world.count(method)
            assert isinstance(world.send(messenger, Content(), upload(Kind.PHOTO)), RetryLater)
            assert world.count(method) == before


class TestChanges:
    """A message with files is changed: its words do, and the files stay."""

    @pytest.mark.parametrize("messenger", ["vk", "max"])
    def test_the_files_stay(self, world: World, messenger: str) -> None:
        sent = world.send(messenger, Content(text="one"), upload(Kind.PHOTO), upload(Kind.PHOTO))
        assert isinstance(sent, Sent)
        change = Content(Verb.EDIT, "two", message_id=sent.provider_id, files=(OF_TELEGRAM,))
        assert world.send(messenger, change) == (Sent(sent.provider_id) if messenger == "max" else Sent(None))
        shown = world.last(messenger)
        assert (shown["text"], len(shown["files"])) == ("two", 2)

    def test_what_is_too_old_for_vk_is_not_changed(self, world: World) -> None:
        sent = world.send("vk", Content(text="one"), upload(Kind.PHOTO))
        assert isinstance(sent, Sent)
        world.fault("vk", "messages.edit", status=200, body={"error": {"error_code": 909, "error_msg": "too old"}})
        outcome = world.send("vk", Content(Verb.EDIT, "two", message_id=sent.provider_id))
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == ("cannot_edit", False)

    def test_a_message_that_vk_does_not_have_any_more(self, world: World) -> None:
        outcome = world.send("vk", Content(Verb.EDIT, "two", message_id="987654", files=(OF_TELEGRAM,)))
        assert isinstance(outcome, Refused)
        assert outcome.reason == "cannot_edit"

    def test_while_vk_does_not_tell_what_is_attached_nothing_is_changed(self, world: World) -> None:
        sent = world.send("vk", Content(text="one"), upload(Kind.PHOTO))
        assert isinstance(sent, Sent)
        world.fault("vk", "getByConversationMessageId", drop=True)
        change = Content(Verb.EDIT, "two", message_id=sent.provider_id, files=(OF_TELEGRAM,))
        assert isinstance(world.send("vk", change), RetryLater)
        assert world.last("vk")["text"] == "one"


OF_TELEGRAM = File("telegram", "700000001", Attachment(Kind.PHOTO, "AgACAgI"))


class TestWhatPeopleSend:
    @pytest.mark.parametrize(
        ("messenger", "kind"),
        [
            *(("vk", kind) for kind in ("photo", "voice", "document", "audio", "sticker")),
            *(("max", kind) for kind in ("photo", "video", "audio", "document", "sticker")),
            *(("viber", kind) for kind in ("photo", "video", "document", "sticker")),
        ],
    )
    def test_a_file_is_fetched(self, world: World, messenger: str, kind: str) -> None:
        content = base64.b64encode(b"what was sent").decode()
        said = world.says(messenger, media={"kind": kind, "content_base64": content})
        [attachment] = said.attachments
        assert attachment.kind is said.kind
        assert attachment.size in (None, 13)
        assert world.fetch(messenger, attachment) == b"what was sent"

    @pytest.mark.parametrize("messenger", ANNA)
    def test_what_is_known_of_a_document_comes_with_it(self, world: World, messenger: str) -> None:
        said = world.says(messenger, media={"kind": "document", "name": "счёт.pdf", "size": 2048})
        assert [(one.name, one.size) for one in said.attachments] == [("счёт.pdf", 2048)]

    @pytest.mark.parametrize("messenger", ANNA)
    def test_a_file_over_the_limit(self, world: World, messenger: str) -> None:
        said = world.says(messenger, media={"kind": "photo", "size": 2048})
        outcome = world.fetch(messenger, said.attachments[0], most_bytes=2047)
        assert isinstance(outcome, Refused)
        assert outcome.reason == "file_too_large"

    @pytest.mark.parametrize(
        ("messenger", "attachment"),
        [
            ("vk", Attachment(Kind.DOCUMENT, "{origin}/vk/doc/gone", "a.pdf", "application/pdf")),
            ("max", Attachment(Kind.PHOTO, "{origin}/media/gone")),
            ("max", Attachment(Kind.STICKER, "cat")),
            ("viber", Attachment(Kind.PHOTO, "{origin}/media/gone")),
            ("viber", Attachment(Kind.STICKER, "46105")),
        ],
    )
    def test_a_file_that_is_gone(self, world: World, messenger: str, attachment: Attachment) -> None:
        origin = world.sandbox.api_url("vk").removesuffix("/vk")
        found = world.fetch(
            messenger,
            Attachment(attachment.kind, attachment.provider_id.format(origin=origin), attachment.name, attachment.mime),
        )
        assert isinstance(found, Refused)
        assert found.reason == "file_gone"

    def test_a_video_of_vk_is_watched_at_vk(self, world: World) -> None:
        found = world.fetch("vk", world.says("vk", media={"kind": "video"}).attachments[0])
        assert isinstance(found, Refused)
        assert found.reason == "file_elsewhere"
        assert re.fullmatch(r"https://vk\.com/video-?\d+_\d+", found.detail)

    @pytest.mark.parametrize("fault", [{"status": 404}, {"status": 200, "body": {"token": "t", "urls": None}}])
    def test_a_video_that_max_does_not_have_any_more(self, world: World, fault: Json) -> None:
        said = world.says("max", media={"kind": "video"})
        world.fault("max", "/videos/", **fault)
        found = world.fetch("max", said.attachments[0])
        assert isinstance(found, Refused)
        assert found.reason == "file_gone"

    @pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"status": 429}])
    def test_a_video_that_max_does_not_tell_of_now(self, world: World, fault: Json) -> None:
        said = world.says("max", media={"kind": "video"})
        world.fault("max", "/videos/", **fault)
        assert isinstance(world.fetch("max", said.attachments[0]), RetryLater)
