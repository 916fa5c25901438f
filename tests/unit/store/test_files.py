"""Files of conversations in S3."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.store import files


def of_telegram(kind: Kind, name: str | None = None, mime: str | None = None) -> File:
    return File("telegram", "700000001", Attachment(kind, f"AgACAgI/{kind}/{name}", name, mime))


@pytest.mark.usefixtures("aws")
def test_a_file_is_kept_once_and_read_as_it_was() -> None:
    file = of_telegram(Kind.DOCUMENT, "отчёт.pdf")
    assert files.kept(file) is None
    found = files.keep(file, BytesIO(b"content"), 7, None)
    assert files.kept(file) == found
    assert (files.read(found), found.mime, found.size_bytes) == (b"content", "application/pdf", 7)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("file", "ending"),
    [
        (of_telegram(Kind.PHOTO), ".jpg"),
        (of_telegram(Kind.VIDEO), ".mp4"),
        (of_telegram(Kind.DOCUMENT, "Отчёт.PDF"), ".pdf"),
        (of_telegram(Kind.DOCUMENT, "a.b/../c"), ""),
        (of_telegram(Kind.DOCUMENT, "README"), ""),
    ],
)
def test_its_address_ends_as_the_file_does(file: File, ending: str) -> None:
    """Viber takes an address for a picture by nothing else."""
    address = files.address(files.keep(file, BytesIO(b"x"), 1, None), timedelta(hours=1))
    _, dot, extension = urlsplit(address).path.rpartition("/")[2].partition(".")
    assert dot + extension == ending
