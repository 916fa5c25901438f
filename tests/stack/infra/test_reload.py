"""``make reload``: only the code is replaced, and what runs next is the new code."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import rollout
from infra.local.running import RunningStack
from infra.local.stack import PACKAGE, local_deployment
from infra.package import Package

HANDLER = "chalicelib/handlers/service_levels"
EDITED = "def service_levels(event, context):\n    return 'edited'\n"


def roll_out(stack: RunningStack, made: Package) -> str:
    deployment = local_deployment(stack.aws_endpoint_url)
    return rollout.roll_out(deployment, made, rollout.deployed_parameters(deployment))[1]


@pytest.fixture
def deployed(stack: RunningStack, tmp_path: Path) -> Iterator[Package]:
    """A copy of the package that runs; it runs again when the test is over."""
    shutil.copytree(PACKAGE, tmp_path / "deployed")
    original = Package(tmp_path / "deployed")
    roll_out(stack, original)
    yield original
    roll_out(stack, original)


def edited(package: Package, folder: Path) -> Package:
    folder.mkdir()
    shutil.copy(package.template_path, folder)
    with zipfile.ZipFile(package.zip_path) as before, zipfile.ZipFile(folder / "deployment.zip", "w") as after:
        for entry in before.infolist():
            if not entry.filename.startswith((f"{HANDLER}.py", "chalicelib/handlers/__pycache__/service_levels")):
                after.writestr(entry, before.read(entry))
        after.writestr(f"{HANDLER}.py", EDITED)
    return Package(folder)


def test_the_edited_code_answers_the_next_call(stack: RunningStack, deployed: Package, tmp_path: Path) -> None:
    assert stack.invoke("service-levels") != "edited"  # a worker with the old code is warm

    assert roll_out(stack, edited(deployed, tmp_path / "edited")) == "code only"

    assert stack.invoke("service-levels") == "edited"


def test_the_same_code_again_touches_nothing(stack: RunningStack, deployed: Package) -> None:
    assert roll_out(stack, deployed) == "unchanged"
