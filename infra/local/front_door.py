"""The address people and messengers use: ``/`` is the deployed API at its root, ``/status/`` the status page's objects.

``python -m infra.local.front_door``, started by ``infra.local.stack``. Bodies and headers pass through untouched,
because webhook signatures are computed over the raw bytes. On AWS these are API Gateway's own address and CloudFront.
"""

import argparse
import asyncio
import mimetypes
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from botocore.exceptions import ClientError
from yarl import URL

from infra.local.ports import HOST
from infra.local.running import client

LARGEST_BODY_BYTES = 12 * 1024 * 1024
"""A little more than API Gateway takes (10 MB), so that it is the one who refuses."""

# RFC 9110, 7.6.1: meant for one connection only. Length and coding of the body are set anew by aiohttp.
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length")
)
CALLS_AT_ONCE = 8
"""Each call in flight needs a worker process of its own. AWS has room for thousands; here, more at once than the machine
can start would only time out together."""

API = web.AppKey("api", Path)
ROOM = web.AppKey("room", asyncio.Semaphore)
BUCKET = web.AppKey("bucket", str)
CLIENT = web.AppKey("client", ClientSession)
S3 = web.AppKey("s3", Any)


async def pass_on(request: web.Request) -> web.Response:
    """To API Gateway and back; it may have moved since."""
    headers = [(name, value) for name, value in request.raw_headers if name.lower().decode() not in HOP_BY_HOP]
    body = await request.read()
    async with (
        request.app[ROOM],
        request.app[CLIENT].request(
            request.method,
            URL(request.app[API].read_text() + request.raw_path, encoded=True),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers],
            data=body,
            skip_auto_headers=("Content-Type",),
            allow_redirects=False,
        ) as answer,
    ):
        passed = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.raw_headers]
        return web.Response(
            status=answer.status,
            body=await answer.read(),
            headers=[(name, value) for name, value in passed if name.lower() not in HOP_BY_HOP],
        )


async def status_object(request: web.Request) -> web.StreamResponse:
    """An object of the status bucket, as CloudFront would serve it."""
    key = request.match_info["key"] or "index.html"
    open_to_all = {"Access-Control-Allow-Origin": "*"}
    try:
        found = await asyncio.to_thread(_read, request.app[S3], request.app[BUCKET], key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise
        return web.Response(status=404, text=f"{key} has not been written yet\n", headers=open_to_all)
    headers = {
        **open_to_all,
        "Content-Type": found["ContentType"] or mimetypes.guess_type(key)[0] or "application/octet-stream",
        "Cache-Control": found.get("CacheControl", "max-age=10"),
        "ETag": found["ETag"],
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("If-None-Match") == found["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=found["Body"], headers=headers)


def _read(s3: Any, bucket: str, key: str) -> dict[str, Any]:
    found = s3.get_object(Bucket=bucket, Key=key)
    return {**found, "Body": found["Body"].read()}


def door(api: Path, bucket: str, s3: Any) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY_BYTES)
    app[API] = api
    app[ROOM] = asyncio.Semaphore(CALLS_AT_ONCE)
    app[BUCKET] = bucket
    app[S3] = s3
    app.cleanup_ctx.append(_client)
    app.router.add_get("/-/ready", ready)
    app.router.add_get("/status", to_the_page)
    app.router.add_get("/status/{key:.*}", status_object)
    app.router.add_route("*", "/{path:.*}", pass_on)
    return app


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def to_the_page(_request: web.Request) -> web.Response:
    raise web.HTTPMovedPermanently("/status/")


async def _client(app: web.Application) -> Any:
    # Nothing is decoded, stored or limited on the way.
    app[CLIENT] = ClientSession(
        auto_decompress=False,
        cookie_jar=DummyCookieJar(),
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=35),
    )
    yield
    await app[CLIENT].close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--api", type=Path, required=True, help="the file that says where the deployed API is")
    arguments.add_argument("--bucket", required=True, help="where the status page's objects are")
    arguments.add_argument("--aws", required=True, help="the embedded AWS")
    options = arguments.parse_args()
    s3 = client("s3", options.aws)
    web.run_app(door(options.api, options.bucket, s3), host=HOST, port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
