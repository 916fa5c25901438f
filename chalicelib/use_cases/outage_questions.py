"""The questions of the emergency group, each with its buttons. Used by ``outage_panel``."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from chalicelib.desk.announcements import Level
from chalicelib.desk.outage_drafts import MINUTES, MOMENTS, OutageDraft, Step
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.zones import zone
from chalicelib.texts import clock_time, minutes, text
from chalicelib.use_cases.leaving import tap

Rows = tuple[tuple[Button, ...], ...]

PARTS_AT_ONCE = 20  # buttons; more are leafed through
MOST_ABREAST = 12  # of them one a row: with more, two
TAP = "outage"  # what the data of every button of the dialogue begins with

_OF_EVERY_KIND = (Step.PARTS, Step.WORDS, Step.REASON)  # asked in the same words


def asked(draft: OutageDraft, step: Step, settings: Settings, now: datetime) -> Content:
    language = settings.desk.language
    key = f"ask_{step}" if step in _OF_EVERY_KIND else f"ask_{draft.kind}_{step}"
    choices = _CHOICES[step](draft, settings, now)
    lines = [heading(draft, language), text(key, language)]
    if step is Step.PARTS and draft.components and len(settings.components) > PARTS_AT_ONCE:
        lines.append(text("outage_marked", language, html=True, parts=", ".join(draft.components)))
    return Content(
        text="\n\n".join(lines),
        html=True,
        buttons=(*choices, (button(draft, "button_outage_drop", language, "drop"),)),
    )


def heading(draft: OutageDraft, language: str) -> str:
    key = "rehearsal" if draft.rehearsal else draft.kind
    return text(f"heading_{key}", language, html=True, title=draft.title)


def button(draft: OutageDraft, key: str, language: str, *data: object) -> Button:
    return tap(text(key, language), TAP, draft.id, *data)


def _levels(draft: OutageDraft, settings: Settings, _now: datetime) -> Rows:
    language = settings.desk.language
    return tuple((button(draft, f"button_{draft.kind}_{level}", language, "level", level),) for level in Level)


def _in_app(draft: OutageDraft, settings: Settings, _now: datetime) -> Rows:
    language = settings.desk.language
    return tuple((button(draft, f"button_outage_app_{each}", language, "app", each),) for each in ("yes", "no"))


def _parts(draft: OutageDraft, settings: Settings, _now: datetime) -> Rows:
    """Those that are marked stay so while somebody leafs through the others."""
    language = settings.desk.language
    first = draft.parts_from if draft.parts_from < len(settings.components) else 0
    shown = settings.components[first : first + PARTS_AT_ONCE]
    parts = [
        tap(f"{'☑️' if name in draft.components else '◻️'} {name}"[:60], TAP, draft.id, "part", n)
        for n, name in enumerate(shown, first)
    ]
    abreast = 2 if len(settings.components) > MOST_ABREAST else 1
    rows = [tuple(parts[n : n + abreast]) for n in range(0, len(parts), abreast)]
    beside = (
        ("button_outage_parts_before", first - PARTS_AT_ONCE),
        ("button_outage_parts_after", first + PARTS_AT_ONCE),
    )
    leaves = tuple(
        button(draft, key, language, "leaf", start) for key, start in beside if 0 <= start < len(settings.components)
    )
    return (*rows, *([leaves] if leaves else []), (button(draft, "button_outage_parts", language, "parts"),))


def _moments(draft: OutageDraft, settings: Settings, now: datetime) -> Rows:
    """The hours that are still to come, each with its date: nobody has to reckon. What begins at once is declared so."""
    desk, local = settings.desk, zone(settings.desk.timezone)
    today = now.astimezone(local).date()
    offered = (_at(today, days, hour, local) for days, hour in MOMENTS[draft.kind])
    labels = ((clock_time(at, desk.timezone, desk.language), at) for at in offered if at > now)
    rows = tuple((tap(label, TAP, draft.id, "at", int(at.timestamp())),) for label, at in labels)
    return rows if draft.outage_id else ((button(draft, "button_begins_now", desk.language, "now"),), *rows)


def _at(today: date, days: int, hour: str, local: tzinfo) -> datetime:
    return datetime.combine(today + timedelta(days=days), time.fromisoformat(hour), local)


def _expected(draft: OutageDraft, settings: Settings, _now: datetime) -> Rows:
    language = settings.desk.language
    lengths = tuple(tap(minutes(each, language), TAP, draft.id, "in", each) for each in MINUTES)
    return (lengths, (button(draft, "button_outage_unknown", language, "in", 0),))


def _none(_draft: OutageDraft, _settings: Settings, _now: datetime) -> Rows:
    """It is written."""
    return ()


_CHOICES: Mapping[Step, Callable[[OutageDraft, Settings, datetime], Rows]] = {
    Step.LEVEL: _levels,
    Step.IN_APP: _in_app,
    Step.PARTS: _parts,
    Step.BEGINS: _moments,
    Step.EXPECTED: _expected,
    Step.WORDS: _none,
    Step.REASON: _none,
}
