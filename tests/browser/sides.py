"""The sandbox's page as tests of it use it: the two sides by name, and a page whose every complaint fails the test."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from infra.local.sandbox import RunningSandbox


def _png(width: int, height: int) -> bytes:
    """A small picture: orange all over."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff\xa5\x00" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURE: FilePayload = {"name": "cat.png", "mimeType": "image/png", "buffer": _png(24, 16)}
NOTE: FilePayload = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"buy milk"}


@contextmanager
def opened(chromium: Browser, sandbox: RunningSandbox) -> Iterator[Page]:
    """The page in a wide window; whatever the browser complains of and every request elsewhere is trouble."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith((sandbox.url, "data:")) else trouble.append(request.url),
    )
    page.goto(sandbox.url)
    expect(page.get_by_role("tab", name="General")).to_have_attribute("aria-selected", "true")
    yield page
    context.close()
    assert trouble == []


def client_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Client")


def team_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Team")


def say(side: Locator, text: str) -> None:
    side.get_by_role("textbox").fill(text)
    side.get_by_role("textbox").press("Enter")


def send(side: Locator, choice: str, file: FilePayload | None = None) -> None:
    """By the clip: a kind of thing and, where one is chosen from the disk, the file."""
    side.get_by_role("button", name="Send something else").click()
    kind = side.page.get_by_role("button", name=choice, exact=True)
    if file is None:
        kind.click()
        return
    with side.page.expect_file_chooser() as chooser:
        kind.click()
    chooser.value.set_files(file)


def shows_picture(side: Locator) -> None:
    """The picture itself, as it was sent, and not what stands for one."""
    picture = side.get_by_role("img", name="Photo").last
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 24)
