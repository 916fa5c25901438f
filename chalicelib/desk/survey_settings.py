"""What a team decides about its surveys: the settings document ``surveys``, and how it is checked.

{"csat": {"rest_days": 7, "grades": {"ru": {"5": "Восторг"}, "en": {"5": "Wow"}}},
 "nps": {"on": true, "sample_percent": 10},
 "csi": {"on": true, "every_days": 180, "qualities": [{"id": "speed", "ru": "Быстро отвечаем", "en": "We answer fast"}]},
 "quiet": {"begins": "20:00", "ends": "10:00"},
 "templates": {"csat": "how_it_went", "nps": "would_you_recommend", "csi": "what_matters"}}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from chalicelib.desk.fields import Fields, array, flag, line, pattern, read, record, required, whole_number
from chalicelib.desk.surveys import GRADES, Kind
from chalicelib.desk.templates import Template
from chalicelib.desk.validation import FieldError, Findings, Invalid

MOST_QUALITIES = 7
LONGEST_WORD = 20  # of a grade: WhatsApp's rows have 24 characters, and a face goes before it
LANGUAGES = ("ru", "en")


@dataclass(frozen=True)
class Csat:
    """``rest_days``: nobody is asked again sooner, unless a ticket of theirs was reopened. ``grades``: their words, by language
    and grade, where they are not those of the texts."""

    rest_days: int = 7
    grades: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def rest(self) -> timedelta:
        return timedelta(days=self.rest_days)


@dataclass(frozen=True)
class Nps:
    """VIPs are asked each quarter, ``sample_percent`` of the others too."""

    on: bool = False
    sample_percent: int = 10


@dataclass(frozen=True)
class Quality:
    id: str
    ru: str
    en: str

    def name(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True)
class Csi:
    """VIPs are asked about ``qualities`` every so many days."""

    on: bool = False
    every_days: int = 180
    qualities: tuple[Quality, ...] = ()


@dataclass(frozen=True)
class Quiet:
    """When nobody is asked what can wait: from an evening until the next morning, by the client's clock."""

    begins: str = "20:00"
    ends: str = "10:00"

    def is_at(self, at: time) -> bool:
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        return begins <= at < ends if begins <= ends else at >= begins or at < ends


@dataclass(frozen=True)
class SurveySettings:
    """``templates`` names, by the kind of survey, what WhatsApp has approved for asking when its window is closed: a template
    of the settings whose only parameter is the link."""

    csat: Csat = field(default_factory=Csat)
    nps: Nps = field(default_factory=Nps)
    csi: Csi = field(default_factory=Csi)
    quiet: Quiet = field(default_factory=Quiet)
    templates: dict[str, str] = field(default_factory=dict)

    def word(self, grade: int, language: str) -> str | None:
        """What the team calls the grade; None where it has no word of its own."""
        return self.csat.grades.get(language, {}).get(str(grade))

    def template(self, kind: Kind, language: str, approved: tuple[Template, ...]) -> Template | None:
        """In the client's language, else in any."""
        found = [each for each in approved if each.name == self.templates.get(kind) and len(each.parameters) == 1]
        return next((each for each in found if each.language.startswith(language)), found[0] if found else None)


_CLOCK = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time of day such as 20:00")
_WORDS = record({str(grade): line(LONGEST_WORD, shortest=1) for grade in GRADES})
_QUALITY: Fields = {
    "id": required(pattern(r"[a-z][a-z0-9_]{0,30}", "a short name such as speed: lower case letters, digits and '_'")),
    **{language: required(line(100, shortest=1)) for language in LANGUAGES},
}
SURVEYS: Fields = {
    "csat": record(
        {"rest_days": whole_number(0, 365), "grades": record(dict.fromkeys(LANGUAGES, _WORDS))},
    ),
    "nps": record({"on": flag(), "sample_percent": whole_number(0, 100)}),
    "csi": record(
        {"on": flag(), "every_days": whole_number(30, 730), "qualities": array(record(_QUALITY), MOST_QUALITIES)}
    ),
    "quiet": record({"begins": required(_CLOCK), "ends": required(_CLOCK)}),
    "templates": record({str(kind): line(512, shortest=1) for kind in Kind}),
}


def check_surveys(document: Any, templates: Any) -> None:
    """Whether these can be the surveys' settings, with ``templates`` being those that are approved.

    :raises Invalid: naming every bad field.
    """
    surveys, findings = read(document, SURVEYS), Findings()
    csi: Mapping[str, Any] = surveys.get("csi", {})
    ids = [quality["id"] for quality in csi.get("qualities", ())]
    for n, each in enumerate(ids):
        if each in ids[:n]:
            findings.add(f"csi.qualities[{n}].id", "is there twice")
    if csi.get("on") and not ids:
        findings.add("csi.qualities", "must name what VIPs are asked about")
    usable = {each["name"] for each in templates if len(each.get("parameters", ())) == 1}
    for kind, name in surveys.get("templates", {}).items():
        if name not in usable:
            findings.add(
                f"templates.{kind}", "is not a template of /admin/settings/templates with one parameter, the link"
            )
    findings.finish()


def check_still_named(templates: Any, surveys: Any) -> None:
    """Templates that the surveys name have to stay.

    :raises Invalid: a survey would be left without its template.
    """
    try:
        check_surveys({"templates": surveys.get("templates", {})}, templates)
    except Invalid as wrong:
        raise Invalid(
            [FieldError("", f"(in use by surveys) {error.field} {error.message}") for error in wrong.errors]
        ) from wrong
