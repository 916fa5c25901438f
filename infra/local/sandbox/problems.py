"""Reading bodies of the sandbox's own endpoints; what is wrong is answered as problem+json that names every field."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

MISSING = "is required"
WRONG_BODY = "The request body is wrong"


class ProblemError(Exception):
    """An RFC 9457 answer."""

    def __init__(self, status: int, title: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.errors = errors

    def response(self) -> web.Response:
        body: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.title}
        if self.errors:
            body["errors"] = self.errors
            body["detail"] = "; ".join(f"{error['field']}: {error['message']}" for error in self.errors)
        return web.json_response(body, status=self.status, content_type="application/problem+json")


class RefusedError(Exception):
    """A person cannot do this; the message says why."""


class Fields:
    """The fields of a JSON object. Reading collects mistakes; `done()` raises them all at once, unknown ones too."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._known: set[str] = set()
        self._errors: list[dict[str, str]] = []

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def wrong(self, field: str, message: str) -> None:
        """Note a mistake; the first one of a field is the one that matters."""
        if all(error["field"] != field for error in self._errors):
            self._errors.append({"field": field, "message": message})

    def fail(self, field: str, message: str) -> NoReturn:
        """Note a mistake that leaves nothing more to read, and raise what was noted."""
        self.wrong(field, message)
        raise ProblemError(400, WRONG_BODY, self._errors)

    def done(self) -> None:
        """All is read: raise what was noted, and name the fields nobody asked for."""
        for name in self._values:
            if name not in self._known:
                self.wrong(name, "is not known")
        if self._errors:
            raise ProblemError(400, WRONG_BODY, self._errors)

    def anything(self, name: str) -> Any:
        self._known.add(name)
        return self._values.get(name)

    def optional_text(self, name: str) -> str | None:
        value = self.anything(name)
        if value is None or isinstance(value, str):
            return value
        self.wrong(name, "must be a string")
        return None

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.optional_text(name)
        if value is None and name not in self and default is None:
            self.wrong(name, MISSING)
        return value if value is not None else default or ""

    def optional_integer(self, name: str, *, least: int | None = None, most: int | None = None) -> int | None:
        value = self.anything(name)
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            value = int(value)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, "must be a whole number")
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            self.wrong(name, f"must be at least {least}" if most is None else f"must be from {least} to {most}")
            return None
        return value

    def integer(self, name: str, *, default: int | None = None, least: int | None = None) -> int:
        value = self.optional_integer(name, least=least)
        if value is None and name not in self and default is None:
            self.wrong(name, MISSING)
        return value if value is not None else default or 0

    def number(self, name: str, *, default: float, above: float) -> float:
        value = self.anything(name)
        if value is None:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= above:
            self.wrong(name, f"must be a number above {above:g}")
            return default
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.anything(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(name, "must be true or false")
        return bool(value)

    def choice(self, name: str, among: tuple[str, ...], *, default: str | None = None) -> str:
        value = self.text(name, default=default)
        if value and value not in among:
            self.wrong(name, f"must be one of {', '.join(among)}")
        return value

    def optional_list(self, name: str) -> list[Any] | None:
        value = self.anything(name)
        if value is None or isinstance(value, list):
            return value
        self.wrong(name, "must be a list")
        return None

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.anything(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(name, "must be an object")
            return {}
        return value


async def read_fields(request: web.Request) -> Fields:
    try:
        values = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ProblemError(400, "The request body is not JSON") from None
    if not isinstance(values, dict):
        raise ProblemError(400, "The request body must be a JSON object")
    return Fields(values)


def endpoint(answer: Callable[[Fields], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An aiohttp handler that reads a JSON object and answers JSON."""

    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await answer(await read_fields(request)))

    return handle
