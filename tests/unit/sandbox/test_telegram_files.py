"""Files in the sandbox's Telegram: sent by people, sent again by the bot, fetched; refused in Telegram's own words."""

import base64
import json
import urllib.request
from typing import Any

import pytest
from urllib3.filepost import encode_multipart_formdata

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.telegram.files import SORTS
from tests.unit.sandbox.product import Webhook

ANNA = 600_001
OLEG = 500_002

Json = dict[str, Any]

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "animation": "sendAnimation",
    "voice": "sendVoice",
    "audio": "sendAudio",
    "document": "sendDocument",
    "sticker": "sendSticker",
    "video_note": "sendVideoNote",
}


def file_id(message: Json, kind: str) -> str:
    file = message[kind][-1] if kind == "photo" else message[kind]
    return str(file["file_id"])


def written(sandbox: RunningSandbox, chat_id: int, message_id: int) -> Json:
    chat = next(chat for chat in sandbox.get("/state")["chats"] if chat["id"] == chat_id)
    found: Json = next(message for message in chat["messages"] if message["message_id"] == message_id)
    return found


def sent_by(sandbox: RunningSandbox, kind: str, **more: Any) -> Json:
    media = {"kind": kind, **more}
    return written(sandbox, ANNA, sandbox.post("/say", user=ANNA, media=media)["message_id"])


def refusal(sandbox: RunningSandbox, method: str, **parameters: Any) -> str:
    answer = sandbox.call(method, chat_id=ANNA, **parameters)
    assert not answer["ok"]
    return str(answer["description"]).removeprefix("Bad Request: ")


def violations(sandbox: RunningSandbox) -> list[str]:
    found: list[str] = sandbox.get("/calls")[-1]["violations"]
    return found


def fetched(sandbox: RunningSandbox, file: str) -> bytes:
    path = sandbox.call("getFile", file_id=file)["result"]["file_path"]
    with urllib.request.urlopen(f"{sandbox.url}/telegram/file/bot{sandbox.config.telegram.token}/{path}") as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("kind", METHODS)
def test_what_somebody_sent_is_sent_again_and_fetched(sandbox: RunningSandbox, desk: int, kind: str) -> None:
    content = base64.b64encode(b"what it holds").decode()
    file = file_id(sent_by(sandbox, kind, content_base64=content), kind)

    answer = sandbox.call(METHODS[kind], **{"chat_id": desk, kind: file})

    assert answer["ok"]
    assert violations(sandbox) == []
    assert file_id(answer["result"], kind) == file
    assert fetched(sandbox, file) == b"what it holds"


def test_the_page_is_told_where_a_file_is(sandbox: RunningSandbox) -> None:
    photo = sent_by(sandbox, "photo", content_base64=base64.b64encode(b"a picture").decode())
    with urllib.request.urlopen(sandbox.url + photo["file_url"]) as answer:
        assert answer.read() == b"a picture"


@pytest.mark.parametrize("kind", METHODS)
def test_no_file_is_sent_as_another_sort(sandbox: RunningSandbox, kind: str) -> None:
    other = "video" if kind != "video" else "photo"
    file = file_id(sent_by(sandbox, kind), kind)
    assert refusal(sandbox, METHODS[other], **{other: file}) == (
        f"can't use file of type {SORTS[kind].named} as {SORTS[other].named}"
    )


def test_ids_that_it_never_gave_out_are_refused(sandbox: RunningSandbox) -> None:
    assert refusal(sandbox, "sendPhoto", photo="guess") == "wrong file identifier/HTTP URL specified"
    assert refusal(sandbox, "getFile", file_id="guess") == "wrong file_id or the file is temporarily unavailable"
    assert sandbox.request("GET", f"/telegram/file/bot{sandbox.config.telegram.token}/guess.jpg")[0] == 404


def test_a_large_file_is_known_but_not_fetched(sandbox: RunningSandbox) -> None:
    video = sent_by(sandbox, "video", size=(20 << 20) + 1)
    assert video["video"]["file_size"] == (20 << 20) + 1
    assert refusal(sandbox, "getFile", file_id=file_id(video, "video")) == "file is too big"


def test_a_file_may_be_uploaded(sandbox: RunningSandbox, desk: int) -> None:
    body, content_type = encode_multipart_formdata(
        {"chat_id": str(desk), "document": ("act.txt", b"hello", "text/plain"), "caption": "the act"}
    )
    url = f"{sandbox.url}/telegram/bot{sandbox.config.telegram.token}/sendDocument"
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": content_type})) as answer:
        message = json.loads(answer.read())["result"]

    assert (message["document"]["file_name"], message["caption"]) == ("act.txt", "the act")
    assert fetched(sandbox, file_id(message, "document")) == b"hello"
    assert violations(sandbox) == []


def album(sandbox: RunningSandbox, *kinds: str) -> list[Json]:
    return [{"type": kind, "media": file_id(sent_by(sandbox, kind), kind)} for kind in kinds]


def test_an_album(sandbox: RunningSandbox, desk: int) -> None:
    media = album(sandbox, "photo", "video")
    media[0]["caption"] = "two"

    messages = sandbox.call("sendMediaGroup", chat_id=desk, media=media)["result"]

    assert violations(sandbox) == []
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["two", None]


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ((), "there are no messages to send"),
        (("photo",) * 11, "too many messages to send as an album"),
        (("photo", "document"), "document can't be mixed with other media types"),
        (("audio", "document"), "audio can't be mixed with other media types"),
        (("animation", "photo"), "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"),
    ],
)
def test_what_is_no_album(sandbox: RunningSandbox, kinds: tuple[str, ...], words: str) -> None:
    assert refusal(sandbox, "sendMediaGroup", media=album(sandbox, *kinds)) == words


def test_one_file_alone_is_no_album(sandbox: RunningSandbox) -> None:
    assert sandbox.call("sendMediaGroup", chat_id=ANNA, media=album(sandbox, "photo"))["ok"]
    assert violations(sandbox) == ["media: an album has 2 to 10 files"]


def test_a_caption_is_changed(sandbox: RunningSandbox) -> None:
    sandbox.post("/limits", enforce=False)
    photo = file_id(sent_by(sandbox, "photo"), "photo")
    message_id = sandbox.call("sendPhoto", chat_id=ANNA, photo=photo, caption="one")["result"]["message_id"]

    answer = sandbox.call(
        "editMessageCaption", chat_id=ANNA, message_id=message_id, caption="<b>two</b>", parse_mode="HTML"
    )

    assert answer["result"]["caption"] == "two"
    assert refusal(
        sandbox, "editMessageCaption", message_id=message_id, caption="<b>two</b>", parse_mode="HTML"
    ).startswith("message is not modified")
    assert refusal(sandbox, "editMessageText", message_id=message_id, text="three") == (
        "there is no text in the message to edit"
    )
    text = sandbox.call("sendMessage", chat_id=ANNA, text="words")["result"]["message_id"]
    assert refusal(sandbox, "editMessageCaption", message_id=text, caption="x") == (
        "there is no caption in the message to edit"
    )


def test_staff_send_an_album_with_formatting_in_a_topic(
    sandbox: RunningSandbox, desk: int, topic: int, webhook: Webhook
) -> None:
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    for text in ("two photos", ""):
        sandbox.post(
            "/say",
            staff=OLEG,
            topic=topic,
            text=text,
            media={"kind": "photo"},
            album="g1",
            entities=bold if text else [],
        )

    first, second = (update["message"] for update in webhook.wait_for(3)[-2:])  # after the topic

    assert (first["media_group_id"], second["media_group_id"]) == ("g1", "g1")
    assert (first["caption"], first["caption_entities"]) == ("two photos", bold)
    assert "caption" not in second
    assert second["message_thread_id"] == topic


def test_an_edit_has_the_formatting_it_says(sandbox: RunningSandbox, webhook: Webhook) -> None:
    message_id = sandbox.post("/say", user=ANNA, media={"kind": "photo"}, text="one")["message_id"]
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    sandbox.post("/edit", user=ANNA, message_id=message_id, text="two", entities=bold)

    edited = webhook.wait_for(2)[-1]["edited_message"]

    assert (edited["caption"], edited["caption_entities"]) == ("two", bold)
