"""Fetching files: never more than asked for, never from an address that leads inside, never a token to a stranger."""

import io
from collections.abc import Iterator

import pytest

from chalicelib.messengers.adapter import Fetched, Refused, RetryLater
from chalicelib.messengers.downloads import download
from tests.unit.messengers.messenger import Messenger, playing


@pytest.fixture
def messenger() -> Iterator[Messenger]:
    with playing() as made:
        yield made


def get(messenger: Messenger, most_bytes: int = 100) -> tuple[Fetched | RetryLater | Refused, bytes]:
    into = io.BytesIO()
    found = download(
        f"{messenger.url}/file", into, most_bytes, api_url=f"{messenger.url}/api", headers={"Authorization": "token"}
    )
    return found, into.getvalue()


def test_a_file_comes_whole_with_its_type(messenger: Messenger) -> None:
    messenger.answers = [(200, b"content", {"Content-Type": "image/png; charset=x"})]
    assert get(messenger) == (Fetched(7, "image/png"), b"content")
    assert messenger.asked[0].headers["Authorization"] == "token"


def test_a_redirect_is_followed(messenger: Messenger) -> None:
    messenger.answers = [(302, b"", {"Location": "/elsewhere"}), (200, b"there")]
    assert get(messenger) == (Fetched(5, None), b"there")


def test_the_token_is_not_shown_to_where_a_redirect_leads(messenger: Messenger) -> None:
    with playing() as stranger:
        stranger.answers = [(200, b"x")]
        messenger.answers = [(302, b"", {"Location": f"{stranger.url}/x"})]
        assert isinstance(get(messenger)[0], Refused)  # not public, so not even asked
        assert not stranger.asked


def test_a_file_that_is_too_large_is_not_read(messenger: Messenger) -> None:
    messenger.answers = [(200, b"x" * 101)]
    found, content = get(messenger)
    assert isinstance(found, Refused)
    assert (found.reason, content) == ("file_too_large", b"")


@pytest.mark.parametrize(("status", "meaning"), [(404, Refused), (410, Refused), (429, RetryLater), (503, RetryLater)])
def test_what_a_status_means(messenger: Messenger, status: int, meaning: type) -> None:
    messenger.answers = [(status, b"{}")]
    assert isinstance(get(messenger)[0], meaning)


def test_who_leads_in_circles_is_left(messenger: Messenger) -> None:
    messenger.answers = [(302, b"", {"Location": "/file"})]
    assert isinstance(get(messenger)[0], Refused)
    assert len(messenger.asked) == 4


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://localhost/1",
        "https://2130706433/1",
        "https://169.254.169.254/latest/meta-data",
        "https://internal/1",
        "file:///etc/passwd",
        "https://[broken",
        "",
    ],
)
def test_an_address_that_leads_inside_is_not_asked(url: str) -> None:
    found = download(url, io.BytesIO(), 10, api_url="https://api.example")
    assert isinstance(found, Refused)
    assert found.detail == "an address we do not ask"


def test_a_broken_connection_is_tried_again_later() -> None:
    with playing() as gone:
        url = gone.url
    assert isinstance(download(f"{url}/x", io.BytesIO(), 10, api_url=url), RetryLater)
