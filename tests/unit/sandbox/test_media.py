"""Files as people send them: read the same for every messenger, kept, and served back."""

import base64

import pytest

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.media import KINDS, Files, Media, read_media
from infra.local.sandbox.problems import Fields, ProblemError

MAGIC = {
    "photo": b"\xff\xd8\xff",
    "video": b"\0\0\0\x18ftyp",
    "video_note": b"\0\0\0\x18ftyp",
    "animation": b"\0\0\0\x18ftyp",
    "voice": b"OggS",
    "audio": b"\xff\xfb",
    "document": b"%PDF",
    "sticker": b"RIFF",
}


def read(**values: object) -> Media | None:
    fields = Fields(values)
    found = read_media(fields)
    fields.done()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_is_a_tiny_real_thing_of_it(kind: str) -> None:
    found = read(media={"kind": kind})

    assert found
    assert found == read(kind=kind)
    assert found.content.startswith(MAGIC.get(kind, b""))
    assert found.is_file == (kind in MAGIC)
    assert found.is_file == bool(found.name and found.mime and found.size_bytes)


def test_plain_words_bring_nothing() -> None:
    assert read() is None
    assert read(kind="text") is None


def test_a_file_is_what_one_says_it_is() -> None:
    content = base64.b64encode(b"hello").decode()
    found = read(media={"kind": "document", "name": "a.txt", "mime": "text/plain", "content_base64": content})
    assert found == Media("document", "a.txt", "text/plain", 5, b"hello")


def test_a_large_file_needs_no_content() -> None:
    found = read(media={"kind": "video", "size": 1_000_000})
    assert found
    assert len(found.content) == found.size_bytes == 1_000_000


def test_every_mistake_is_named() -> None:
    with pytest.raises(ProblemError) as problem:
        read(media={"kind": "smell", "size": -1, "mime": "a\nb: c", "content_base64": "?", "bogus": 1})
    assert {error["field"].partition(".")[2] for error in problem.value.errors or ()} == {
        *("kind", "size", "mime", "content_base64", "bogus")
    }


def test_there_is_nothing_that_nobody_sent(sandbox: RunningSandbox) -> None:
    status, problem = sandbox.request("GET", "/media/nothing")
    assert (status, problem["title"]) == (404, "There is no such file")


def test_what_is_kept_has_an_address() -> None:
    files = Files({})
    files.origin = "http://127.0.0.1:8090"
    media = Media("photo", "a.png", "image/png", 3, b"abc")
    key = files.keep(media)
    assert files.find(key) == media
    assert files.address(key) == f"http://127.0.0.1:8090/media/{key}"
