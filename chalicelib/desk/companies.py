"""Companies and projects are tied to components of the product, so that an outage knows whom it touches (product line 4).
Called by the planner of announcements and where the settings are saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.desk.clients import Client
from chalicelib.desk.fields import Fields, array, line, record, required
from chalicelib.desk.validation import Findings


@dataclass(frozen=True)
class Tie:
    """What a company uses; with a ``project``, what that project of theirs uses."""

    company: str
    components: tuple[str, ...]
    project: str = ""

    def is_of(self, client: Client) -> bool:
        is_theirs = _same(self.company, client.company)
        return is_theirs and (not self.project or _same(self.project, client.project))


TIE: Fields = {
    "company": required(line(200, shortest=1)),
    "project": line(200),
    "components": required(array(line(100, shortest=1), 500)),
}


def is_touched(client: Client, components: Sequence[str], ties: Iterable[Tie]) -> bool:
    """Whether an outage of ``components`` (of the whole product if there are none) is the client's too. Whoever is tied to
    nothing may use anything: better told for nothing than not at all."""
    theirs = [tie for tie in ties if tie.is_of(client)]
    if not components or not theirs:
        return True
    return any(component in tie.components for tie in theirs for component in components)


def check_companies(document: Any, known_components: Sequence[str]) -> None:
    """:raises Invalid: naming every bad field."""
    findings = Findings()
    ties = array(record(TIE), 2000).read(findings, document, "")
    findings.finish()
    seen: set[tuple[str, str]] = set()
    for n, tie in enumerate(ties):
        key = (tie["company"].casefold(), tie.get("project", "").casefold())
        if key in seen:
            findings.add(f"[{n}].company", "is there twice with this project")
        seen.add(key)
        for m, component in enumerate(tie["components"]):
            if component not in known_components:
                findings.add(f"[{n}].components[{m}]", "is not one of /admin/settings/components")
    findings.finish()


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
