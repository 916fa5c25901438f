"""``make package``: the template and the zip exactly as they are deployed.

Chalice says which functions there are and brings its runtime; ``infra.template`` completes the template;
``infra.dependencies`` brings the rest of the zip. The same code gives the same bytes.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra import dependencies, template
from infra.architecture import architecture
from infra.one_at_a_time import one_at_a_time
from infra.paths import CACHE, OUT, ROOT
from infra.template.roles_and_triggers import UnknownFunctionError
from infra.trouble import Trouble, run_command

SHIPPED = ("app.py", "chalicelib", ".chalice/config.json")
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE_BY_LAMBDA = 0o644 << 16


@dataclass(frozen=True)
class Package:
    folder: Path

    @property
    def template_path(self) -> Path:
        return self.folder / "template.json"

    @property
    def zip_path(self) -> Path:
        return self.folder / "deployment.zip"

    @cached_property
    def template(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.template_path.read_text())
        return loaded

    @cached_property
    def code_hash(self) -> str:
        return hashlib.sha256(self.zip_path.read_bytes()).hexdigest()


def package(stage: str, folder: Path) -> Package:
    """Make ``template.json`` and ``deployment.zip`` in ``folder``. Raises `Trouble`.

    One at a time: `make run` in one terminal and `make test` in another share what is cached.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with one_at_a_time("package"):
        return _package(stage, folder)


def _package(stage: str, folder: Path) -> Package:
    vendor = dependencies.installed(stage, architecture(stage))
    made = Package(folder)
    with tempfile.TemporaryDirectory(prefix="vipdesk-package-") as scratch:
        packaged, code = _chalice_package(Path(scratch), stage)
        dependencies.compile_all(code)
        _write_zip(made.zip_path, vendor, code)
    try:
        complete = template.complete(packaged, stage=stage, architecture=architecture(stage))
    except UnknownFunctionError as unknown:
        raise Trouble("The handlers and the template do not match.", str(unknown)) from unknown
    made.template_path.write_text(json.dumps(complete, indent=2) + "\n")
    return made


def _chalice_package(scratch: Path, stage: str) -> tuple[dict[str, Any], Path]:
    """Chalice's template, and the folder with our code and Chalice's runtime as it wants them in the zip."""
    project, raw, code = scratch / "project", scratch / "raw", scratch / "code"
    for name in SHIPPED:
        source, target = ROOT / name, project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (
        project / "requirements.txt"
    ).touch()  # `infra.dependencies` brings them: trimmed, compiled, for the right processor
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from chalice.cli import main; sys.exit(main())",
            "package",
            "--stage",
            stage,
            str(raw),
        ],
        cwd=project,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(
            f"chalice package failed:\n{done.stdout}{done.stderr}",
            "Usually app.py cannot be imported: try `.venv/bin/python -c 'import app'`.",
        )
    with zipfile.ZipFile(raw / "deployment.zip") as archive:
        archive.extractall(code)
    return json.loads((raw / "sam.json").read_text()), code


def _write_zip(target: Path, vendor: Path, code: Path) -> None:
    """Third-party files first, from a zip kept beside them: only our own files are compressed each time."""
    base = CACHE / f"{vendor.name}.zip"
    if not base.exists():
        _add(base.with_suffix(".making"), vendor)
        base.with_suffix(".making").rename(base)
    making = target.with_suffix(".making")
    shutil.copyfile(base, making)
    _add(making, code)
    making.replace(target)


def _add(archive_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive_path, "a", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_EPOCH)
            entry.external_attr = READABLE_BY_LAMBDA
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stage", default="dev")
    arguments.add_argument("--out", type=Path, default=OUT)
    options = arguments.parse_args()
    made = package(options.stage, options.out)
    size_mb = made.zip_path.stat().st_size / 1e6
    print(f"{made.template_path}  {len(made.template['Resources'])} resources")
    print(f"{made.zip_path}  {size_mb:.1f} MB  sha256 {made.code_hash[:12]}  {architecture(options.stage)}")


if __name__ == "__main__":
    run_command(main)
