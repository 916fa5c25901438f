"""The published schemas, which do not come with Vipdesk: tests that need one are skipped, saying so, where it is absent."""

import json
from functools import cache
from typing import Any

import pytest

from infra.local.sandbox.published import find_spec


def needs(name: str) -> pytest.MarkDecorator:
    """A mark for tests of the schema ``name``, a file or a folder."""
    return pytest.mark.skipif(
        find_spec(name, None) is None, reason=f"the published {name} is not here: set SPECS_DIR to the folder it is in"
    )


@cache
def document(name: str) -> dict[str, Any]:
    """A schema in JSON; empty where it is absent, so that tests can be collected."""
    path = find_spec(name, None)
    found: dict[str, Any] = json.loads(path.read_bytes()) if path else {}
    return found
