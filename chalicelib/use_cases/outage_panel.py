"""What an announcer sees in the emergency group: each question of the dialogue with its buttons, and what was announced with
what can be done next. Used by ``outage_dialogue``."""

from collections.abc import Mapping

from chalicelib.desk.announcements import Kind, Level, State
from chalicelib.desk.outage_drafts import MINUTES, OutageDraft, Step
from chalicelib.desk.outages import LANGUAGES, LIVES, Outage
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.settings import Settings
from chalicelib.texts import minutes, text
from chalicelib.use_cases import announcement_words
from chalicelib.use_cases.audience import Forecast
from chalicelib.use_cases.leaving import tap

Rows = tuple[tuple[Button, ...], ...]

MOST_PARTS = 12  # buttons
TAP = "outage"  # what the data of every button of the dialogue begins with


def question(draft: OutageDraft, again: Outage | None, settings: Settings) -> Content:
    """What is asked next. ``again``: the outage that ended moments ago and seems to be back."""
    language, step = settings.desk.language, draft.step(settings.components)
    if step is Step.PREVIEW:
        return preview(draft, again, settings)
    words = text(f"outage_ask_{step}", language, html=True, title=draft.title)
    buttons = (*_CHOICES[step](draft, settings), (_button(draft, "button_outage_drop", language, "drop"),))
    return Content(text=words, html=True, buttons=buttons)


def preview(draft: OutageDraft, again: Outage | None, settings: Settings) -> Content:
    """What everybody will read, in both languages, and where it goes."""
    language, said = settings.desk.language, wording(draft, settings)
    lines = [text("outage_preview", language, html=True, title=draft.title)]
    if draft.state:
        lines.append(text(f"announced_outage_{draft.state}", language))
    lines += (text("outage_words", language, html=True, code=code.upper(), words=said[code]) for code in LANGUAGES)
    if draft.minutes:
        lines.append(text("outage_expected_in", language, length=minutes(draft.minutes, language)))
    if not draft.outage_id:
        is_direct = draft.level is Level.RED and draft.in_app is False
        lines.append(text("outage_goes_directly" if is_direct else "outage_goes_public", language))
    lines.append(text("outage_own_words", language, html=True))
    go: Rows = (
        (_button(draft, "button_outage_go", language, "go"), _button(draft, "button_outage_drop", language, "drop")),
    )
    if again:
        lines.append(text("outage_is_back", language, html=True, title=again.title))
        go = ((_button(draft, "button_outage_again", language, "again", again.id),), *go)
    return Content(text="\n\n".join(lines), html=True, buttons=go)


def wording(draft: OutageDraft, settings: Settings) -> Mapping[str, str]:
    """The announcer's own words, else those the team has settled for this state, else ours."""
    if draft.text:
        return draft.text
    state = draft.state or State.INVESTIGATING
    settled = settings.announcements.wording(Kind.OUTAGE, state)
    if settled:
        return {code: words.format(title=draft.title) for code, words in settled.items()}
    return {code: text(f"wording_outage_{state}", code, title=draft.title) for code in LANGUAGES}


def announced(outage: Outage, settings: Settings, expected: Forecast | None = None) -> Content:
    """What is known now, and everything that can be done next. ``expected``: whom direct messages would reach."""
    language, latest = settings.desk.language, outage.latest
    lines = [announcement_words.told(outage, latest, language, settings.desk.timezone)]
    buttons: Rows = ()
    if latest.awaits_approval:
        lines.append(text("outage_awaits_approval", language, html=True, author=latest.author.name))
        lines += _audience(expected, language) if expected else ()
        buttons = ((tap(text("button_outage_approve", language), TAP, outage.id, "approve", latest.n),),)
    elif latest.channels.direct:
        lines.append(text("outage_is_sent", language))
    if outage.ended:
        return Content(text="\n\n".join(lines), html=True)
    life = LIVES[outage.kind]
    following = life[life.index(outage.state) + 1 :]
    buttons += tuple(
        (tap(text(f"button_outage_{state}", language), TAP, outage.id, "next", state),) for state in following
    )
    if outage.directed > outage.cancelled:
        steering = ("resume" if outage.paused else "pause", "cancel")
        buttons += (
            tuple(tap(text(f"button_outage_{each}", language), TAP, outage.id, "steer", each) for each in steering),
        )
    return Content(text="\n\n".join(lines), html=True, buttons=buttons)


def _audience(expected: Forecast, language: str) -> list[str]:
    """Also what WhatsApp would not allow: better said before than found out after."""
    key = "outage_audience" if expected.whole else "outage_audience_least"
    lines = [text(key, language, n=expected.people)]
    if expected.is_beyond_tier:
        in_whatsapp = expected.by_messenger["whatsapp"]
        lines.append(text("outage_beyond_tier", language, n=in_whatsapp, left=expected.outside_windows))
    return lines


def _levels(draft: OutageDraft, settings: Settings) -> Rows:
    return tuple((_button(draft, f"button_outage_{level}", settings.desk.language, "level", level),) for level in Level)


def _in_app(draft: OutageDraft, settings: Settings) -> Rows:
    language = settings.desk.language
    return tuple((_button(draft, f"button_outage_app_{each}", language, "app", each),) for each in ("yes", "no"))


def _parts(draft: OutageDraft, settings: Settings) -> Rows:
    language = settings.desk.language
    parts = tuple(
        (tap(f"{'☑️' if name in draft.components else '◻️'} {name}"[:60], TAP, draft.id, "part", n),)
        for n, name in enumerate(settings.components[:MOST_PARTS])
    )
    return (*parts, (_button(draft, "button_outage_parts", language, "parts"),))


def _expected(draft: OutageDraft, settings: Settings) -> Rows:
    language = settings.desk.language
    times = tuple(tap(minutes(each, language), TAP, draft.id, "in", each) for each in MINUTES)
    return (times, (_button(draft, "button_outage_unknown", language, "in", 0),))


_CHOICES = {Step.LEVEL: _levels, Step.IN_APP: _in_app, Step.PARTS: _parts, Step.EXPECTED: _expected}


def _button(draft: OutageDraft, key: str, language: str, *data: object) -> Button:
    return tap(text(key, language), TAP, draft.id, *data)
