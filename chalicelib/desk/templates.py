"""Approved templates: what WhatsApp lets us send to a client who has been silent for a day. Settings list them.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.messages import Author

LONGEST_BODY = 1024  # also with its values
KEPT_FOR = timedelta(days=1)

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}", re.ASCII)


class Category(StrEnum):
    """WhatsApp's third, authentication, sends codes: a support desk has none to send."""

    UTILITY = "utility"
    MARKETING = "marketing"


class WrongValues(Exception):  # noqa: N818 - it names what happened, not an error class
    """They do not fit the template; ``reason`` is a key of the texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Parameter:
    """``name`` as it stands in the body, ``means`` in words by language."""

    name: str
    means: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """As WhatsApp has approved it. ``parameters`` are in the order in which the team is asked for them."""

    name: str
    language: str
    category: Category
    body: str
    parameters: tuple[Parameter, ...] = ()
    header: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Short enough for a button, and the same while the settings change around it."""
        return hashlib.sha256(f"{self.name}/{self.language}".encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Filled:
    """A template with its values, as it is sent: the parameters' names, each with what stands there."""

    name: str
    language: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Draft:
    """A template that somebody of the team chose for a ticket; ``values`` is None until they have said them."""

    id: str
    ticket_id: str
    template: Template
    by: Author
    at: datetime
    values: tuple[str, ...] | None = None
    version: int = 0


def found(templates: Iterable[Template], key: str) -> Template | None:
    return next((each for each in templates if each.key == key), None)


def in_language(templates: Iterable[Template], language: str) -> list[Template]:
    """The client's language first."""
    return sorted(templates, key=lambda each: each.language.partition("_")[0] != language)


def values_in(template: Template, words: str) -> tuple[str, ...]:
    """The values that somebody wrote, one per line; a single one may take several. WhatsApp allows no line breaks in them."""
    lines = [" ".join(line.split()) for line in words.splitlines()]
    given = tuple(filter(None, lines))
    return (" ".join(given),) if len(template.parameters) == 1 and given else given


def check(template: Template, values: Sequence[str]) -> None:
    """:raises WrongValues: there are more or fewer than the template has, or they are too long for it."""
    if len(values) != len(template.parameters) or not all(value.strip() for value in values):
        raise WrongValues("template_count")
    if len(_body(template, values)) > LONGEST_BODY:
        raise WrongValues("template_long")


def filled(template: Template, values: Sequence[str]) -> Filled:
    """:raises WrongValues:"""
    check(template, values)
    names = (parameter.name for parameter in template.parameters)
    return Filled(template.name, template.language, tuple(zip(names, values, strict=True)))


def as_seen(template: Template, values: Sequence[str]) -> str:
    """What the client gets."""
    return _whole(template, _body(template, values))


def outlined(template: Template, language: str) -> str:
    """What the client would get, with what has to be filled in told in words."""
    return _whole(template, _body(template, [f"‹{meaning}›" for meaning in meanings(template, language)]))


def meanings(template: Template, language: str) -> list[str]:
    return [parameter.means[language] for parameter in template.parameters]


def _body(template: Template, values: Sequence[str]) -> str:
    by_name = dict(zip((parameter.name for parameter in template.parameters), values, strict=True))
    return PLACEHOLDER.sub(lambda match: by_name[match[1]], template.body)


def _whole(template: Template, body: str) -> str:
    buttons = " ".join(f"[{label}]" for label in template.buttons)
    return "\n\n".join(filter(None, (template.header, body, template.footer, buttons)))
