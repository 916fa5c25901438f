"""The zip: what is in it, for which processor, and that the same code makes the same bytes."""

import ast
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.dependencies import SERVICES_IN_USE
from infra.package import Package, package
from infra.paths import ROOT
from infra.template.functions import FUNCTIONS

ELF_MACHINES = {"arm64": 183, "x86_64": 62}
LAMBDA_LIMIT_BYTES = 50 * 1000 * 1000


@pytest.fixture(scope="module")
def unpacked(local_package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(local_package.zip_path) as archive:
        archive.extractall(folder)
    return folder


def test_the_same_code_makes_the_same_bytes(aws_package: Package, tmp_path: Path) -> None:
    again = package("dev", tmp_path)
    assert again.code_hash == aws_package.code_hash
    assert again.template == aws_package.template


def run_from_zip(unpacked: Path, script: str) -> str:
    """What a script prints as errors when it has nothing but the zip: -S hides this machine's site-packages."""
    script = f"import sys; sys.path.insert(0, {str(unpacked)!r})\n{script}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False, cwd=unpacked
    )
    return done.stderr


@pytest.mark.parametrize("handler", sorted(FUNCTIONS))
def test_every_handler_runs_from_the_zip_alone(handler: str, local_package: Package, unpacked: Path) -> None:
    path = local_package.template["Resources"][handler]["Properties"]["Handler"]
    module, _, function = path.rpartition(".")
    assert run_from_zip(unpacked, f"import {module} as m; assert callable(m.{function})") == ""


def test_whatever_our_code_imports_is_in_the_zip(unpacked: Path) -> None:
    """Also what is imported late, inside functions, to keep cold starts short."""
    modules = sorted({module for path in (ROOT / "chalicelib").rglob("*.py") for module in imported_by(path)})
    assert {"holidays", "pynamodb", "zoneinfo"} <= {module.split(".")[0] for module in modules}
    assert run_from_zip(unpacked, "; ".join(f"import {module}" for module in modules)) == ""


def test_dates_of_holidays_need_no_translations(unpacked: Path) -> None:
    every = "for country in holidays.list_supported_countries(): holidays.country_holidays(country, years=2026)"
    assert run_from_zip(unpacked, f"import holidays\n{every}") == ""


def imported_by(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_every_python_file_comes_compiled(local_package: Package) -> None:
    with zipfile.ZipFile(local_package.zip_path) as archive:
        names = set(archive.namelist())
    tag = sys.implementation.cache_tag
    sources = {name for name in names if name.endswith(".py")}
    compiled = {f"{Path(name).parent}/__pycache__/{Path(name).stem}.{tag}.pyc".removeprefix("./") for name in sources}
    assert compiled <= names
    assert "chalicelib/handlers/webhooks.py" in sources


def test_compiled_files_are_trusted_without_their_times(unpacked: Path) -> None:
    for path in unpacked.rglob("*.pyc"):
        flags = struct.unpack("<I", path.read_bytes()[4:8])[0]
        assert flags == 0b01, f"{path} is not an unchecked-hash pyc (PEP 552)"


def test_only_models_of_services_in_use_ship(unpacked: Path) -> None:
    models = {path.name for path in (unpacked / "botocore" / "data").iterdir() if path.is_dir()}
    assert models == set(SERVICES_IN_USE)


def test_nothing_of_the_workshop_ships(local_package: Package) -> None:
    with zipfile.ZipFile(local_package.zip_path) as archive:
        roots = {name.split("/", 1)[0] for name in archive.namelist()}
    assert not roots & {"infra", "tests", "docs", "boto3", "moto", "pytest", "out", ".local", "bin"}


def test_compiled_wheels_are_for_the_stage_s_processor(aws_package: Package) -> None:
    with zipfile.ZipFile(aws_package.zip_path) as archive:
        libraries = [name for name in archive.namelist() if name.endswith(".so")]
        machines = {struct.unpack("<H", archive.read(name)[18:20])[0] for name in libraries}
    assert libraries
    assert machines == {ELF_MACHINES["arm64"]}


def test_the_zip_fits(aws_package: Package) -> None:
    assert aws_package.zip_path.stat().st_size < LAMBDA_LIMIT_BYTES
