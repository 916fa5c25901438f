"""Cases of service levels with their published answers, if they lie beside the repository: else their tests are skipped."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CASES = Path(os.environ.get("CASES_DIR", ROOT.parent / "shared" / "cases")) / "service-levels.json"


def cases() -> list[Any]:
    if not CASES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(f"no {CASES.name} beside the repository; set CASES_DIR"))]
    return [pytest.param(case, id=case["name"]) for case in json.loads(CASES.read_text(encoding="utf-8"))["cases"]]


def expected_part(answer: Any, expect: Any) -> Any:
    """The answer cut down to what the case expects; a time that is the same instant is written as the case writes
    it."""
    if isinstance(expect, dict):
        return {key: expected_part(answer[key], value) for key, value in expect.items()}
    if isinstance(expect, list):
        assert len(answer) == len(expect)
        return [expected_part(part, value) for part, value in zip(answer, expect, strict=True)]
    if isinstance(expect, str) and isinstance(answer, str) and "T" in expect:
        return expect if datetime.fromisoformat(answer) == datetime.fromisoformat(expect) else answer
    return answer
