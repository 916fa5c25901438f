"""What browsers get: HTML templates (Jinja2, everything escaped) and files that are served as they are."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent


def render(template: str, **fields: Any) -> str:
    """Raises jinja2's UndefinedError for a field that is not given."""
    return _environment().get_template(template).render(fields)


@cache
def asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def digest(content: str) -> str:
    """As a content security policy names what stands in the page itself."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
