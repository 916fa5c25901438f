"""An announcement as people read it in a messenger: what kind of thing it is, where it stands, the words, and until when."""

from collections.abc import Mapping, Sequence

from chalicelib.desk.announcements import Announcement, Kind, State
from chalicelib.desk.outages import LANGUAGES, Outage
from chalicelib.desk.settings import Settings
from chalicelib.texts import text, told_time


def wording(kind: Kind, stage: str, title: str, settings: Settings) -> Mapping[str, str]:
    """By language, where nobody has words of their own: what the team has settled for this state, else ours. That it takes
    place at another time, or not at all, is no state: those words are ours."""
    settled = settings.announcements.wording(kind, State(stage)) if stage in set(State) else None
    if settled:
        return {code: words.format(title=title) for code, words in settled.items()}
    return {code: text(f"wording_{kind}_{stage}", code, title=title) for code in LANGUAGES}


def correction(words: str, language: str) -> str:
    """What says that it corrects what was said last: once, also when the announcer has written so."""
    prefix = text("correction", language, words="").strip()
    return words if words.casefold().startswith(prefix.casefold()) else text("correction", language, words=words)


def heading(title: str, kind: Kind, stage: str, sign: str, components: Sequence[str], language: str) -> str:
    """HTML."""
    said = text(
        "announcement_heading",
        language,
        html=True,
        sign=text(f"sign_{sign}", language),
        state=text(f"announced_{kind}_{stage}", language),
        title=title,
    )
    parts = ", ".join(components)
    return _lines(said, text("announcement_components", language, html=True, components=parts) if parts else "")


def told_to_client(outage: Outage, announcement: Announcement, language: str, timezone: str) -> str:
    """HTML. An answer to it is a ticket, and says so."""
    invitation = "" if announcement.ends else text("announcement_answer", language)
    return _paragraphs(told(outage, announcement, language, timezone), invitation)


def told(outage: Outage, announcement: Announcement, language: str, timezone: str) -> str:
    """HTML, for the emergency channel. A rehearsal says so, wherever it comes to."""
    sign = "ended" if announcement.ends else announcement.level
    what = heading(outage.title, outage.kind, announcement.stage, sign, outage.components, language)
    words = text("announcement_text", language, html=True, text=announcement.text[language].strip())
    rehearsal = text("announcement_rehearsal", language) if outage.rehearsal else ""
    return _paragraphs(_lines(rehearsal, what), words, _lines(*_times(outage, announcement, language, timezone)))


def answer(outage: Outage, language: str, timezone: str) -> str:
    """HTML, for whoever writes after an announcement: the newest one, and whether that may be all they wanted to hear."""
    going_on = "ended" if outage.ended else "going_on"
    is_news = outage.kind is Kind.NOVELTY or outage.planned or outage.latest.called_off
    introduction = text(f"outage_answer_{'news' if is_news else going_on}", language)
    return _paragraphs(introduction, told(outage, outage.latest, language, timezone))


def _times(outage: Outage, announcement: Announcement, language: str, timezone: str) -> list[str]:
    planned = announcement.state is State.SCHEDULED
    lines = []
    if planned and announcement.starts_at:
        at = told_time(announcement.starts_at, timezone, language)
        lines.append(text("announcement_starts", language, at=at))
    if announcement.expected_at and not announcement.ends:
        at = told_time(announcement.expected_at, timezone, language)
        lines.append(text(until_key(outage.kind), language, at=at))
    return lines


def until_key(kind: Kind) -> str:
    """What was planned is over then; an outage, we hope."""
    return "announcement_expected" if kind is Kind.OUTAGE else "announcement_until"


def _lines(*lines: str) -> str:
    return "\n".join(filter(None, lines))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
