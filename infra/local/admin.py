"""The desk's admin endpoint, as any program would use it. What it refuses is `Trouble`."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from infra.trouble import Trouble


class Conflict(Trouble):
    """It is there already, or somebody else has changed it."""


class Admin:
    def __init__(self, api_url: str, token: str) -> None:
        self._api_url = api_url
        self._token = token

    def call(self, method: str, path: str, body: Any = None, if_match: str = "") -> Any:
        return self._answer(method, path, body, if_match)[0]

    def read(self, path: str) -> tuple[Any, str]:
        """A document and the ETag of its version; ``"0"`` when nobody has edited it."""
        return self._answer("GET", path, None, "")

    def _answer(self, method: str, path: str, body: Any, if_match: str) -> tuple[Any, str]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if if_match:
            headers["If-Match"] = if_match
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._api_url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer), str(answer.headers["ETag"] or "")
        except urllib.error.HTTPError as error:
            raise (Conflict if error.code == HTTPStatus.CONFLICT else Trouble)(
                f"The demo data was refused: {method} {path} answered {error.code}: {error.read().decode()[:500]}",
                "If you changed the admin endpoint or the settings, look there; `make clean` forgets the old data.",
            ) from error
        except urllib.error.URLError as error:
            raise Trouble(f"{method} {path}: no answer ({error.reason}).", "Does the local stack still run?") from error
