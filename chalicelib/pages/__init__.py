"""What browsers get: HTML templates (Jinja2, everything escaped) and files that are served as they are."""

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
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
