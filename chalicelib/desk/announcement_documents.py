"""The settings document ``announcements`` as people write it: checked whole, every mistake named. Called when it is saved.

{"wordings": [{"kind": "outage", "state": "investigating",
               "text": {"ru": "{title}: не работает. Уже чиним.", "en": "{title} does not work. We are on it."}}],
 "quiet": {"green": ["00:00", "24:00"], "yellow": ["22:00", "08:00"], "ended": ["22:00", "08:00"]},
 "whatsapp": {"templates": {"ru": "service_news", "en": "service_news"}, "people_a_day": 1000},
 "rehearsal": {"clients": ["0k3…"], "chat": "-1001234567890"}}
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from chalicelib.desk.announcement_settings import SIGNS
from chalicelib.desk.announcements import Kind, State
from chalicelib.desk.fields import (
    Field,
    Fields,
    array,
    choice,
    line,
    pattern,
    read_fields,
    record,
    required,
    text,
    whole_number,
)
from chalicelib.desk.outages import LANGUAGES, LIVES
from chalicelib.desk.validation import Findings

MOST_WORDED = 3  # title, text, until when

_HOUR = pattern(r"([01]\d|2[0-3]):[0-5]\d|24:00", "an hour such as 22:00")
_TEXT: Fields = {language: required(text(1000, shortest=1)) for language in LANGUAGES}
WORDING: Fields = {"kind": required(choice(Kind)), "state": required(choice(State)), "text": required(record(_TEXT))}


def _hours() -> Field:
    pair = array(_HOUR, 2)

    def read_it(findings: Findings, value: Any, path: str) -> Any:
        found = pair.read(findings, value, path)
        if isinstance(value, list) and len(value) < 2:
            findings.add(path, "must be two hours: since when and until when")
        return found

    return Field(read_it, {**pair.schema, "minItems": 2})


ANNOUNCEMENTS: Fields = {
    "wordings": array(record(WORDING), 50),
    "quiet": record({sign: _hours() for sign in SIGNS}),
    "whatsapp": record(
        {
            "templates": record({language: line(512, shortest=1) for language in LANGUAGES}),
            "people_a_day": whole_number(0, 10_000_000),
        }
    ),
    "rehearsal": record(
        {
            "clients": array(line(100, shortest=1), 50),
            "chat": pattern(r"(-?\d{1,20})?", "the id of a chat, such as -1001234567890"),
        }
    ),
}


def check_announcements(document: Any, templates: Sequence[Mapping[str, Any]]) -> None:
    """``templates`` are the settings document of that name.

    :raises Invalid: naming every bad field.
    """
    findings = Findings()
    read = read_fields(findings, document, "", ANNOUNCEMENTS)
    findings.finish()
    for n, wording in enumerate(read.get("wordings", ())):
        if wording["state"] not in LIVES[wording["kind"]]:
            known = ", ".join(LIVES[wording["kind"]])
            findings.add(f"wordings[{n}].state", f"must be one of {known} for {wording['kind']}")
        for language, words in wording["text"].items():
            if not _names_only_the_title(words):
                findings.add(f"wordings[{n}].text.{language}", "may have {title} in it, and no other braces")
    for language, name in read.get("whatsapp", {}).get("templates", {}).items():
        _check_template(findings, f"whatsapp.templates.{language}", name, language, templates)
    findings.finish()


def _names_only_the_title(words: str) -> bool:
    try:
        parts = list(Formatter().parse(words))
    except ValueError:
        return False
    return all(name in (None, "title") and not spec and not turned for _, name, spec, turned in parts)


def _check_template(
    findings: Findings, path: str, name: str, language: str, templates: Sequence[Mapping[str, Any]]
) -> None:
    found = [each for each in templates if each["name"] == name and each["language"].partition("_")[0] == language]
    if not found:
        findings.add(path, "is not one of /admin/settings/templates in this language")
    elif len(found[0].get("parameters", ())) > MOST_WORDED:
        findings.add(path, "has more than the three parameters there are: the title, the text, until when")
