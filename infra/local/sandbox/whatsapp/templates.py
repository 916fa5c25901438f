"""Templates of the sandbox's business account: approved, paused or disabled. Used by the checks.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

import re
from collections.abc import Iterable
from typing import Any

from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.config import WhatsAppTemplate
from infra.local.sandbox.whatsapp.errors import GraphError, wrong

LONGEST_BODY = 1024
UNUSABLE = {"paused": 132015, "disabled": 132016}

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_NOT_IN_VALUES = re.compile(r"[\n\t]| {5}")


def check_template(template: Json, known: Iterable[WhatsAppTemplate]) -> None:
    """Raises GraphError: there is no such template, it cannot be used now, or its parameters do not fit."""
    name, language = template.get("name"), (template.get("language") or {}).get("code")
    found = next((one for one in known if (one.name, one.language) == (name, language)), None)
    if found is None:
        raise wrong(f"template name ({name}) does not exist in {language}", 132001)
    if found.status in UNUSABLE:
        raise GraphError(UNUSABLE[found.status], f"template ({name}) is {found.status}")
    given = _parameters(template)
    wanted = list(dict.fromkeys(_PLACEHOLDER.findall(found.body)))
    if len(given) != len(wanted):
        raise wrong(
            f"body: number of localizable_params ({len(given)}) does not match the expected number ({len(wanted)})",
            132000,
        )
    for place, parameter in zip(wanted, given, strict=True):
        if parameter.get("type") != "text" or not str(parameter.get("text", "")).strip():
            raise wrong(f"body: parameter {place} must be a text", 132012)
        if not place.isdigit() and parameter.get("parameter_name") not in wanted:
            raise wrong(f"body: parameter {place} is not named", 132012)
        if _NOT_IN_VALUES.search(parameter["text"]):
            raise wrong("Param text cannot have new-line/tab characters or more than 4 consecutive spaces", 132018)
    if len(filled(template, known)) > LONGEST_BODY:
        raise wrong("Translated text too long", 132005)


def filled(template: Json, known: Iterable[WhatsAppTemplate]) -> str:
    """What the client reads."""
    code = template["language"]["code"]
    body = next(one.body for one in known if (one.name, one.language) == (template["name"], code))
    values = {str(one.get("parameter_name", n)): str(one["text"]) for n, one in enumerate(_parameters(template), 1)}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], body)


def _parameters(template: Json) -> list[Json]:
    body: Any = next((one for one in template.get("components", ()) if one.get("type") == "body"), {})
    given: list[Json] = body.get("parameters", [])
    return given
