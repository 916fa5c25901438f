"""A call's parameters, read as Telegram reads them: everything may come as a string, objects as JSON in a string.

Whatever the types ought to be is checked apart (schema.py); here a wrong value simply does not count, as there.
"""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.sandbox.state import Json
from infra.local.sandbox.telegram.errors import wrong

TRUE_WORDS = ("true", "yes", "1")


class FormValue(str):
    """A value that came in a form, where everything is text: numbers, booleans and objects are still to be read."""


class Upload:
    """A file that came with the call."""

    def __init__(self, name: str, mime: str, content: bytes) -> None:
        self.name = name
        self.mime = mime
        self.content = content


class Params:
    """`notes` collects what is not an error to Telegram but still a violation (a title cut short, for example)."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        self.notes: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self.values

    @property
    def declared(self) -> dict[str, Any]:
        """Without the files that others name as ``attach://…``."""
        named = json.dumps([value for value in self.values.values() if not isinstance(value, Upload)])
        return {
            name: value
            for name, value in self.values.items()
            if not (isinstance(value, Upload) and f"attach://{name}" in named)
        }

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None or isinstance(value, Upload):
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in TRUE_WORDS

    def upload(self, name: str) -> Upload | None:
        value = self.values.get(name)
        return value if isinstance(value, Upload) else None

    def json_object(self, name: str, what: str) -> Json | None:
        value = self._json(name, what)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise wrong(f"object expected as {what}")
        return value

    def json_list(self, name: str, what: str) -> list[Any] | None:
        value = self._json(name, what)
        if value is None:
            return None
        if not isinstance(value, list):
            raise wrong(f"expected an Array of {what}")
        return value

    def _json(self, name: str, what: str) -> Any:
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise wrong(f"can't parse {what} JSON object") from None
