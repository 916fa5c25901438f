"""Whether a message may be sent as it is: by rules that are always there, and by Meta's published schema when it is at hand.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.config import WhatsAppTemplate
from infra.local.sandbox.whatsapp.errors import wrong
from infra.local.sandbox.whatsapp.templates import check_template

SCHEMA_FILE = "whatsapp-cloud-api.openapi.json"

LONGEST_TEXT = 4096
LONGEST_BODY = 1024  # of a message with buttons
LONGEST_CALLBACK_DATA = 512
LONGEST_CAPTION = 1024

# Documented, but not (yet) in the published schema.
LATER_PROPERTIES = {
    "biz_opaque_callback_data": {"type": "string", "maxLength": LONGEST_CALLBACK_DATA},
    "recipient": {"type": "string"},
}


class MessageSchema:
    """Meta's schema of a message, by type.

    As published, it allows nothing at all: every type forbids the properties that all types share, since an ``allOf`` adds
    no properties to its branches. Meant is one object with the properties of all branches: that is what is checked here.
    """

    def __init__(self, path: Path) -> None:
        self._components = json.loads(path.read_bytes())["components"]
        types = self._components["schemas"]["Message"]["discriminator"]["mapping"]
        self._validators = {name: self._validator(self.flat(self.resolved(ref))) for name, ref in types.items()}

    def violations(self, message: Json) -> list[str]:
        """What is wrong with a message of a known type, one sentence each."""
        errors = self._validators[message["type"]].iter_errors(message)
        return sorted(f"{error.json_path.removeprefix('$.')}: {error.message}" for error in errors)

    def resolved(self, ref: str) -> Json:
        found: Json = self._components["schemas"][ref.rpartition("/")[2]]
        return found

    def flat(self, schema: Json) -> Json:
        """The branches of an ``allOf`` as one object."""
        merged: Json = {"type": "object", "properties": {}, "required": []}
        for branch in schema.get("allOf", [schema]):
            part = self.flat(self.resolved(branch["$ref"])) if "$ref" in branch else branch
            merged["properties"] |= part.get("properties", {})
            merged["required"] += part.get("required", [])
            if part.get("additionalProperties") is False:
                merged["additionalProperties"] = False
        return merged

    def _validator(self, flat: Json) -> Draft202012Validator:
        properties = flat["properties"] | LATER_PROPERTIES
        required = [name for name in flat["required"] if name != "to"]  # or a recipient, see ``check``
        return Draft202012Validator(
            flat | {"properties": properties, "required": required, "components": self._components}
        )


def check(message: Json, schema: MessageSchema | None, templates: tuple[WhatsAppTemplate, ...]) -> None:
    """Raises GraphError for the first thing that is wrong."""
    if message.get("messaging_product") != "whatsapp":
        raise wrong("The parameter messaging_product is required.", 131008)
    if not isinstance(message.get("to") or message.get("recipient"), str):
        raise wrong("The parameter to is required.", 131008)
    kind = message.get("type", "text")
    if kind not in _CHECKS:
        raise wrong(f'Param type must be one of {{{", ".join(sorted(_CHECKS))}}} - got "{kind}".')
    if not isinstance(message.get(kind), list if kind == "contacts" else dict):
        raise wrong(f"The parameter {kind} is required.", 131008)
    if len(str(message.get("biz_opaque_callback_data", ""))) > LONGEST_CALLBACK_DATA:
        raise wrong("Param biz_opaque_callback_data is too long.")
    _CHECKS[kind](message[kind])
    if schema and (violations := schema.violations(message | {"type": kind})):
        raise wrong("; ".join(violations))
    if kind == "template":
        check_template(message[kind], templates)


def _text(text: Json) -> None:
    _within("text['body']", text.get("body"), LONGEST_TEXT)


def _interactive(interactive: Json) -> None:
    _within("interactive['body']['text']", (interactive.get("body") or {}).get("text"), LONGEST_BODY)
    action, kind = interactive.get("action") or {}, interactive.get("type")
    if kind == "button":
        replies = [button.get("reply") or {} for button in action.get("buttons") or []]
        _choices(replies, most=3, longest_id=256, longest_title=20)
    elif kind == "list":
        _within("interactive['action']['button']", action.get("button"), 20)
        rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
        _choices(rows, most=10, longest_id=200, longest_title=24)
    else:
        raise wrong(f"Param interactive['type'] is not one that is played here - got \"{kind}\".")


def _choices(choices: list[Json], *, most: int, longest_id: int, longest_title: int) -> None:
    if not 1 <= len(choices) <= most:
        raise wrong(f"Invalid buttons or rows count. Min allowed: 1, Max allowed: {most}", 131009)
    for choice in choices:
        _within("id", choice.get("id"), longest_id)
        _within("title", choice.get("title"), longest_title)
    for name in ("id", "title"):
        if len({choice[name] for choice in choices}) < len(choices):
            raise wrong(f"Duplicated {name}s are not allowed", 131009)


def _reaction(reaction: Json) -> None:
    _within("reaction['message_id']", reaction.get("message_id"), 500)
    if not isinstance(reaction.get("emoji"), str):
        raise wrong("The parameter reaction['emoji'] is required.", 131008)


def _media(media: Json) -> None:
    if not media.get("id") and not media.get("link"):
        raise wrong("Either id or link is required.", 131008)
    if "caption" in media:
        _within("caption", media["caption"], LONGEST_CAPTION)


def _uncaptioned(media: Json) -> None:
    _media(media)
    if "caption" in media:
        raise wrong("Param caption is not one of this type of media.")


def _within(name: str, value: Any, longest: int) -> None:
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"The parameter {name} is required.", 131008)
    if len(value) > longest:
        raise wrong(f"Param {name} must be at most {longest} characters long.")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "text": _text,
    "interactive": _interactive,
    "reaction": _reaction,
    **dict.fromkeys(("document", "image", "video"), _media),
    **dict.fromkeys(("audio", "sticker"), _uncaptioned),
    **dict.fromkeys(("contacts", "location", "template"), lambda _: None),
}
