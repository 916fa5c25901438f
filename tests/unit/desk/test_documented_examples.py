"""The examples of docs/service-levels.md are what the desk really says."""

from pathlib import Path

import pytest

from chalicelib.desk.service_levels import Metric
from tests.unit.desk.telling import METRICS, clock, look, policy_of, tell

PAGE = Path(__file__).parents[3] / "docs" / "service-levels.md"


def rows(mark: str) -> list[list[str]]:
    """The lines of the tables that follow a comment ``mark``, without their heads."""
    found: list[list[str]] = []
    for part in PAGE.read_text(encoding="utf-8").split(f"<!-- {mark} -->\n")[1:]:
        table = part.split("\n\n")[0].splitlines()[2:]
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return found


@pytest.mark.parametrize(("tier", "happened", "when", "answer"), rows("examples"))
def test_cycles(tier: str, happened: str, when: str, answer: str) -> None:
    said = look(happened, when, policy_of(tier))
    about = {metric for words, metric in METRICS.items() if words in answer}
    assert ", ".join(tell(cycle) for cycle in said.cycles if cycle.metric in about) == answer


@pytest.mark.parametrize(("tier", "happened", "when", "answer"), rows("ladder"))
def test_ladder(tier: str, happened: str, when: str, answer: str) -> None:
    said = look(happened, when, policy_of(tier))
    steps = [step for step in said.escalations if step.metric is Metric.FIRST_REPLY]
    assert ", ".join(f"{clock(step.at)} {step.step} {' '.join(step.notify)}" for step in steps) == answer


def test_the_page_has_examples() -> None:
    assert len(rows("examples")) > 20
    assert len(rows("ladder")) == 3
