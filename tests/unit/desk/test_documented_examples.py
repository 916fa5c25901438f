"""The examples of docs/service-levels.md are what the desk really says."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.desk.calendar_documents import read_calendars
from chalicelib.desk.service_levels import Metric
from chalicelib.desk.thanks import is_plain_thanks
from chalicelib.desk.zones import zone
from tests.unit.desk.telling import METRICS, WORDS, clock, look, policy_of, tell

PAGE = (Path(__file__).parents[3] / "docs" / "service-levels.md").read_text(encoding="utf-8")


def rows(mark: str) -> list[list[str]]:
    """The lines of the tables that follow a comment ``mark``, without their heads."""
    found: list[list[str]] = []
    for part in PAGE.split(f"<!-- {mark} -->\n")[1:]:
        table = part.split("\n\n")[0].splitlines()[2:]
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return found


@pytest.mark.parametrize(("tier", "happened", "when", "answer"), rows("examples"))
def test_cycles(tier: str, happened: str, when: str, answer: str) -> None:
    said = look(happened, when, policy_of(tier))
    about = {metric for words, metric in METRICS.items() if words in answer}
    told = [tell(cycle) for cycle in said.cycles if cycle.metric in about]
    silent = about - {cycle.metric for cycle in said.cycles}
    told += [f"{WORDS[metric]}: none" for metric in Metric if metric in silent]
    assert ", ".join(told) == answer


@pytest.mark.parametrize(("tier", "happened", "when", "answer"), rows("ladder"))
def test_ladder(tier: str, happened: str, when: str, answer: str) -> None:
    said = look(happened, when, policy_of(tier))
    steps = [step for step in said.escalations if step.metric is Metric.FIRST_REPLY]
    assert ", ".join(f"{clock(step.at)} {step.step} {' '.join(step.notify)}" for step in steps) == answer


WRITTEN = "%a %Y-%m-%d %H:%M"
CALENDARS = read_calendars(json.loads(PAGE.split("<!-- calendars -->\n```json\n")[1].split("```")[0]))


@pytest.mark.parametrize(("name", "start", "minutes", "end"), rows("calendar"))
def test_calendars(name: str, start: str, minutes: str, end: str) -> None:
    local = zone(CALENDARS[name].timezone)
    begins = datetime.strptime(start, WRITTEN).replace(tzinfo=local).astimezone(UTC)
    assert begins.astimezone(local).strftime(WRITTEN) == start  # the day is of that date
    assert CALENDARS[name].add_minutes(begins, int(minutes)).astimezone(local).strftime(WRITTEN) == end


@pytest.mark.parametrize(("words", "is_thanks"), rows("thanks"))
def test_thanks(words: str, is_thanks: str) -> None:
    assert {True: "yes", False: "no"}[is_plain_thanks(words)] == is_thanks


def test_each_metric_has_examples_of_every_verdict() -> None:
    answers = " ".join(answer for *_, answer in rows("examples"))
    for words in METRICS:
        for verdict in ("met", "missed", "running"):
            assert re.search(rf"{words} [^,]*: {verdict}", answers), (words, verdict)


def test_the_page_has_examples() -> None:
    assert len(rows("examples")) > 50
    assert len(rows("ladder")) > 5
    assert len(rows("calendar")) > 5
    assert len(rows("thanks")) > 10
