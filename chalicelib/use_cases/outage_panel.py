"""What an announcer sees in the emergency group: the question that is next or the preview, and what was announced with what can
be done next. Used by ``outage_dialogue``."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.desk.announcements import ENDS, Kind, Level, State
from chalicelib.desk.forecasts import Forecast
from chalicelib.desk.outage_drafts import OutageDraft, Step
from chalicelib.desk.outages import LANGUAGES, LIVES, Outage
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.texts import text, told_time
from chalicelib.use_cases import announcement_words, audience, outage_questions, outage_report
from chalicelib.use_cases.leaving import tap
from chalicelib.use_cases.outage_questions import TAP, Rows, button


def question(draft: OutageDraft, again: Outage | None, settings: Settings, now: datetime) -> Content:
    """What is asked next. ``again``: the outage that ended moments ago and seems to be back."""
    step = draft.step(settings.components)
    if step is Step.PREVIEW:
        return preview(draft, again, settings, now)
    return outage_questions.asked(draft, step, settings, now)


def preview(draft: OutageDraft, again: Outage | None, settings: Settings, now: datetime) -> Content:
    """What everybody will read, in both languages, when, and where it goes."""
    language = settings.desk.language
    lines = [f"{outage_questions.heading(draft, language)}\n{text('outage_preview', language)}"]
    stage = (draft.state or draft.stage) if draft.stage == "moved" else draft.stage
    sign = "ended" if draft.state in ENDS else draft.level or Level.GREEN
    lines.append(announcement_words.heading(draft.title, draft.kind, stage, sign, draft.components, language))
    said = wording(draft, settings)
    if draft.corrects:
        said = {code: announcement_words.correction(words, code) for code, words in said.items()}
    lines += _words(said, language)
    lines += _times(draft, settings, now)
    lines.append(text(f"outage_goes_{_where(draft)}", language))
    if draft.override:
        lines.append(text("outage_overridden", language, html=True, reason=draft.override))
    lines.append(text("outage_own_words", language, html=True))
    go: Rows = (
        (button(draft, "button_outage_go", language, "go"), button(draft, "button_outage_drop", language, "drop")),
    )
    if again:
        lines.append(text("outage_is_back", language, html=True, title=again.title))
        go = ((button(draft, "button_outage_again", language, "again", again.id),), *go)
    return Content(text="\n\n".join(lines), html=True, buttons=go)


def _where(draft: OutageDraft) -> str:
    """Who will see it."""
    if draft.rehearsal:
        return "rehearsal"
    if draft.state in ENDS:
        return "to_told"
    if draft.goes_directly:
        return "directly"
    return "novelty" if draft.kind is Kind.NOVELTY else "public"


def wording(draft: OutageDraft, settings: Settings) -> Mapping[str, str]:
    """The announcer's own words, else those that fit what happens."""
    return draft.text or announcement_words.wording(draft.kind, draft.stage, draft.title, settings)


def begin_with(draft: OutageDraft, settings: Settings) -> Mapping[str, str] | None:
    """What will be said at its hour, seen and approved together with what is announced now; None of what has no hour."""
    if draft.outage_id or not draft.starts_at:
        return None
    return announcement_words.wording(draft.kind, State.IN_PROGRESS, draft.title, settings)


def _words(said: Mapping[str, str], language: str) -> list[str]:
    return [text("outage_words", language, html=True, code=code.upper(), words=said[code]) for code in LANGUAGES]


def _times(draft: OutageDraft, settings: Settings, now: datetime) -> list[str]:
    desk, lines = settings.desk, []
    if draft.starts_at:
        at = told_time(draft.starts_at, desk.timezone, desk.language)
        lines.append(text("announcement_starts", desk.language, at=at))
    if begins := begin_with(draft, settings):
        lines.append(text("outage_begins_itself", desk.language))
        lines += _words(begins, desk.language)
    if until := draft.expected_at(now):
        at = told_time(until, desk.timezone, desk.language)
        lines.append(text(announcement_words.until_key(draft.kind), desk.language, at=at))
    return lines


def announced(outage: Outage, settings: Settings, expected: Forecast | None = None) -> Content:
    """What is known now, and everything that can be done next. ``expected``: whom direct messages would reach."""
    language, latest = settings.desk.language, outage.latest
    lines = [announcement_words.told(outage, latest, language, settings.desk.timezone)]
    buttons: Rows = ()
    if latest.awaits_approval:
        lines.append(text("outage_awaits_approval", language, html=True, author=latest.author.name))
        lines += audience.in_words(expected, language) if expected else ()
        buttons = ((tap(text("button_outage_approve", language), TAP, outage.id, "approve", latest.n),),)
    if outage.ended:
        return Content(text="\n\n".join(lines), html=True)
    is_under_way = outage_report.is_under_way(outage)
    if latest.channels.direct and not latest.awaits_approval:
        lines.append(text("outage_is_sent" if is_under_way else "outage_was_sent", language))
    buttons += _following(outage, language)
    if is_under_way:
        steering = ("resume" if outage.paused else "pause", "cancel")
        buttons += (
            tuple(tap(text(f"button_outage_{each}", language), TAP, outage.id, "steer", each) for each in steering),
        )
    return Content(text="\n\n".join(lines), html=True, buttons=buttons)


def _following(outage: Outage, language: str) -> Rows:
    """The states to come, the same at another time, and that it was wrong."""
    life = LIVES[outage.kind]
    keys = {state: f"button_outage_{state}" for state in life[life.index(outage.state) + 1 :]}
    if outage.planned:
        keys[life[-1]] = "button_outage_called_off"
    if outage.planned or outage.kind is not Kind.NOVELTY:
        keys[outage.state] = "button_outage_move" if outage.planned else "button_outage_longer"
    rows = tuple((tap(text(key, language), TAP, outage.id, "next", state),) for state, key in keys.items())
    return (*rows, (tap(text("button_outage_correct", language), TAP, outage.id, "correct"),))
