"""The front door hands over exactly what it got: signatures are computed over raw bytes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from botocore.exceptions import ClientError
from yarl import URL

from infra.local import front_door

PAGE = "<!doctype html><title>All is well</title>"


class Objects:
    """S3 as far as the front door asks it, with one object."""

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if (Bucket, Key) != ("status", "index.html"):
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")

        class Body:
            def read(self) -> bytes:
                return PAGE.encode()

        return {"Body": Body(), "ContentType": "text/html", "CacheControl": "max-age=5", "ETag": '"1"'}


async def api(request: web.Request) -> web.Response:
    """Answers what it heard, byte for byte."""
    return web.json_response(
        {
            "path": request.raw_path,
            "body": (await request.read()).hex(),
            "signature": request.headers.get("X-Signature"),
            "agent": request.headers.get("User-Agent"),
            "kind": request.headers.get("Content-Type"),
        },
        status=418,
        headers={"X-Answer": "kept", "Content-Encoding": "identity"},
    )


def through_the_door(use: Callable[[ClientSession, str], Awaitable[None]], where: Path) -> None:
    """``where`` says where the API is."""

    async def run() -> None:
        behind = web.Application()
        behind.router.add_route("*", "/{path:.*}", api)
        async with TestServer(behind) as upstream:
            where.write_text(str(upstream.make_url("/gateway")))
            async with TestServer(front_door.door(where, "status", Objects())) as front, ClientSession() as client:
                await use(client, str(front.make_url("/")).rstrip("/"))

    asyncio.run(run())


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "api.txt"


class TestTheApi:
    def test_it_is_found_where_it_has_moved_to(self, where: Path) -> None:
        async def use(client: ClientSession, url: str) -> None:
            where.write_text(where.read_text().replace("gateway", "another"))
            answer = await client.get(f"{url}/admin/tickets")
            assert (await answer.json())["path"] == "/another/admin/tickets"

        through_the_door(use, where)

    def test_bytes_headers_and_path_arrive_unchanged(self, where: Path) -> None:
        body = b'{"text":  "\xd1\x8f",\r\n"id":9007199254740993}\x00\xff'

        async def use(client: ClientSession, url: str) -> None:
            address = URL(f"{url}/survey/a%2fb%7Ec?score=5&x=%d1%8F+1", encoded=True)
            answer = await client.post(address, data=body, headers={"X-Signature": "sha256=0", "User-Agent": "Meta"})
            heard = await answer.json()
            assert heard["path"] == "/gateway/survey/a%2fb%7Ec?score=5&x=%d1%8F+1"
            assert bytes.fromhex(heard["body"]) == body
            assert (heard["signature"], heard["agent"]) == ("sha256=0", "Meta")
            assert (answer.status, answer.headers["X-Answer"]) == (418, "kept")

        through_the_door(use, where)

    def test_a_question_without_a_body_gets_no_kind_of_body(self, where: Path) -> None:
        async def use(client: ClientSession, url: str) -> None:
            answer = await client.get(f"{url}/webhooks/whatsapp?hub.mode=subscribe")
            assert (await answer.json())["kind"] is None

        through_the_door(use, where)


class TestTheStatusPage:
    def test_its_objects_keep_their_type_and_caching_and_are_open_to_all(self, where: Path) -> None:
        async def use(client: ClientSession, url: str) -> None:
            answer = await client.get(f"{url}/status")  # follows to /status/
            assert await answer.text() == PAGE
            assert answer.headers["Content-Type"] == "text/html"
            assert answer.headers["Cache-Control"] == "max-age=5"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"

        through_the_door(use, where)

    def test_what_was_not_written_yet_is_not_found(self, where: Path) -> None:
        async def use(client: ClientSession, url: str) -> None:
            answer = await client.get(f"{url}/status/status.json")
            assert answer.status == 404

        through_the_door(use, where)

    def test_an_unchanged_object_is_not_sent_again(self, where: Path) -> None:
        async def use(client: ClientSession, url: str) -> None:
            answer = await client.get(f"{url}/status/", headers={"If-None-Match": '"1"'})
            assert (answer.status, await answer.read()) == (304, b"")

        through_the_door(use, where)
