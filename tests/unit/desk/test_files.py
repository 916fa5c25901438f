"""How words and files go out together, and which a messenger takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.files import CannotSend, FileRule, check, contents, mime_of, name_of
from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.desk.splitting import length

RULES = {Kind.PHOTO: FileRule(Kind.PHOTO, 1000, 10), Kind.VOICE: FileRule(Kind.AUDIO, 1000, 0)}


def file(kind: Kind = Kind.PHOTO, size: int | None = None) -> File:
    return File("telegram", "1", Attachment(kind, "id", size=size))


def test_a_short_caption_goes_with_its_file_and_keeps_its_formatting() -> None:
    (only,) = contents("Look", "<b>Look</b>", (file(),), RULES, 100)
    assert (only.text, only.html, only.files) == ("<b>Look</b>", True, (file(),))


def test_a_long_caption_follows_its_file() -> None:
    first, second = contents("Look at this here", "", (file(),), RULES, 100)
    assert (first.text, first.files) == ("", (file(),))
    assert (second.text, second.files) == ("Look at this here", ())


def test_what_has_no_caption_is_followed_by_the_words_if_there_are_any() -> None:
    assert len(contents("Listen", "", (file(Kind.VOICE),), RULES, 100)) == 2
    assert len(contents("", "", (file(Kind.VOICE),), RULES, 100)) == 1


def test_a_text_that_is_cut_loses_its_formatting_and_no_words() -> None:
    said = contents("one two three", "<b>one</b> two three", (), RULES, 8)
    assert [content.text for content in said] == ["one two", "three"]
    assert not any(content.html for content in said)


@given(st.text(), st.integers(2, 50), st.sampled_from([(), (file(),), (file(Kind.VOICE),)]))
def test_nothing_is_longer_than_allowed_and_no_word_is_lost(text: str, longest: int, files: tuple[File, ...]) -> None:
    said = contents(text, "", files, RULES, longest)
    captions = [content for content in said if content.files]
    assert all(length(content.text) <= 10 for content in captions)
    assert all(length(content.text) <= longest for content in said if not content.files)
    assert "".join("".join(content.text for content in said).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("sent", "most_fetched_bytes", "reason"),
    [
        (file(Kind.VIDEO), None, "file_kind"),
        (file(size=1001), None, "file_too_large"),
        (file(size=501), 500, "file_too_large"),
    ],
)
def test_what_a_messenger_would_not_take(sent: File, most_fetched_bytes: int | None, reason: str) -> None:
    with pytest.raises(CannotSend) as refusal:
        check([sent], RULES, most_fetched_bytes)
    assert refusal.value.reason == reason


def test_what_a_messenger_takes() -> None:
    check([file(size=1000), file(), file(Kind.VOICE, 7)], RULES, 1000)


@pytest.mark.parametrize(
    ("attachment", "mime", "name"),
    [
        (Attachment(Kind.PHOTO, "x"), "image/jpeg", "photo.jpg"),
        (Attachment(Kind.VOICE, "x"), "audio/ogg", "voice.ogg"),
        (Attachment(Kind.DOCUMENT, "x", "report.pdf"), "application/pdf", "report.pdf"),
        (Attachment(Kind.DOCUMENT, "x"), "application/octet-stream", "document.bin"),
        (Attachment(Kind.DOCUMENT, "x", "a", "text/csv"), "text/csv", "a"),
    ],
)
def test_every_file_has_a_type_and_a_name(attachment: Attachment, mime: str, name: str) -> None:
    assert (mime_of(attachment), name_of(attachment)) == (mime, name)
