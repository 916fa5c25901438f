"""What clients answered in a period, with what it comes to, said in words where it rests on few; and as a file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.desk import sheets
from chalicelib.desk.intervals import Interval
from chalicelib.desk.survey_results import Results, response_rate, results
from chalicelib.desk.surveys import Invitation, Kind
from chalicelib.store import voice
from chalicelib.texts import text

FEWEST_NAMED = 5  # answers: fewer than these are never shown by the person they are about

COLUMNS = ("answered_at", "kind", "client", "ticket", "messenger", "score", "comment", "people")


@dataclass(frozen=True)
class Report:
    """``invited`` were asked in the period, ``answered`` of them have answered by now, and ``answers`` came in the period,
    whenever they had been asked."""

    answers: list[Invitation]
    results: Results
    invited: int
    answered: int

    @property
    def response_rate(self) -> float | None:
        return response_rate(self.invited, self.answered)


def report(kind: Kind, since: datetime, until: datetime) -> Report:
    answers = voice.answers(since, until, kind)
    invited = [each for each in voice.invitations(kind, since, until) if each.answered_at or not each.undelivered]
    return Report(answers, results(answers, kind), len(invited), sum(each.answered_at is not None for each in invited))


def nameable(answers: Iterable[Invitation]) -> frozenset[str]:
    """Whom these answers may be shown with: those about whom there are enough. One grade is never somebody's grade."""
    counts = Counter(person for answer in answers for person in answer.people)
    return frozenset(person for person, count in counts.items() if count >= FEWEST_NAMED)


def in_words(found: Results, language: str) -> str:
    """How sure the index is."""
    if not found.count or found.index is None:
        return text("index_none", language)
    if found.interval is None:
        return text(
            "index_of_one" if found.count == 1 else "index_of_alike", language, n=found.count, index=found.index
        )
    if found.rests_on_few:
        return _said("index_of_few", found, found.interval, language)
    return _said("index_of_many", found, found.interval, language)


def _said(key: str, found: Results, interval: Interval, language: str) -> str:
    return text(key, language, n=found.count, index=found.index, low=interval.low, high=interval.high)


def as_csv(found: Sequence[Invitation], language: str, local: ZoneInfo) -> bytes:
    """The answers, one a row, comments as they were written, times by the clocks of ``local``."""
    header = [text(f"column_{column}", language) for column in COLUMNS]
    named = nameable(found)
    return sheets.to_csv([header, *(_row(answer, named, local) for answer in found)])


def _row(answer: Invitation, named: frozenset[str], local: ZoneInfo) -> list[str]:
    score = "" if answer.score is None else str(answer.score)
    ratings = "; ".join(f"{each.quality} {each.grade}/{each.importance}" for each in answer.ratings)
    return [
        f"{answer.answered_at.astimezone(local):%Y-%m-%d %H:%M:%S}" if answer.answered_at else "",
        answer.kind,
        answer.client_id,
        answer.ticket_id,
        answer.identity.messenger,
        score or ratings,
        answer.comment,
        ", ".join(person for person in answer.people if person in named),
    ]
