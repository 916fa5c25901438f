"""The third-party part of the zip: downloaded for the stage's processor, trimmed, compiled, kept by content hash.

``infra.package`` calls `installed`. Trimming leaves out what no request can reach: botocore's models of other services
(29 of its 30 MB), package metadata, type stubs, tests. Everything is compiled beforehand, because ``/var/task`` is
read-only and each cold start would compile anew (6-stack-facts: 875 ms against 254 ms).
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.architecture import LOCAL_STAGE
from infra.paths import CACHE, ROOT
from infra.trouble import Trouble

REQUIREMENTS = ROOT / "requirements.txt"
CONSTRAINTS = ROOT / "infra" / "constraints.txt"

SERVICES_IN_USE = ("dynamodb", "sqs", "sns", "ssm", "s3")
SHARED_MODELS = ("endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json")

LEFT_OUT = (
    "bin",
    "*.dist-info/[!M]*",  # some packages ask for their own version, which is in METADATA
    "botocore/data/*/*/examples-1.json*",
    "phonenumbers/geodata",  # the names of 19 MB of places, and of carriers
    "phonenumbers/carrierdata",
    "holidays/locale",  # names of holidays; we use their dates only, and untranslated names are its fallback
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/py.typed",
    "**/*.c",
    "**/*.pyx",
)

WHEELS = {
    # Lambda's Python 3.11 runs on glibc 2.26, 3.12 and later on 2.34; pip does not derive the older tags itself.
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64"),
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
}


def installed(stage: str, architecture: str) -> Path:
    """The folder whose contents go to the root of the zip. Takes seconds the first time, nothing after that."""
    kept = CACHE / f"vendor-{_target(stage, architecture)}-{_fingerprint()}"
    if kept.exists():
        return kept
    print(f"  downloading what ships to Lambda ({_target(stage, architecture)}) …", flush=True)
    making = kept.with_name(f"{kept.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    _download(making, stage, architecture)
    for unneeded in _unneeded(making):
        shutil.rmtree(unneeded) if unneeded.is_dir() else unneeded.unlink()
    compile_all(making)
    for outdated in CACHE.glob(f"vendor-{_target(stage, architecture)}-????????????????*"):
        if outdated != making:
            shutil.rmtree(outdated) if outdated.is_dir() else outdated.unlink()
    making.rename(kept)
    return kept


def compile_all(folder: Path) -> None:
    """Add ``.pyc`` that Python trusts without looking at times: those in a zip are all of 1980."""
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(folder), "-p", "/var/task", str(folder)),
        ],
        check=True,
        env={"PYTHONHASHSEED": "0"},
    )


def _target(stage: str, architecture: str) -> str:
    return "this-machine" if stage == LOCAL_STAGE else architecture


def _fingerprint() -> str:
    recipe = (REQUIREMENTS, CONSTRAINTS, Path(__file__))
    content = b"\0".join(path.read_bytes() for path in recipe)
    return hashlib.sha256(sys.version.encode() + content).hexdigest()[:16]


def _download(folder: Path, stage: str, architecture: str) -> None:
    foreign = (
        []
        if stage == LOCAL_STAGE  # functions run as this machine's processes, so its own wheels are right
        else [
            *(f"--platform={tag}" for tag in WHEELS[architecture]),
            *("--only-binary=:all:", "--implementation=cp"),
            f"--python-version={sys.version_info.major}.{sys.version_info.minor}",
        ]
    )
    command = [
        *(sys.executable, "-m", "pip", "install", "-qq", "--no-compile", "--disable-pip-version-check"),
        *("--target", str(folder), "--requirement", str(REQUIREMENTS), "--constraint", str(CONSTRAINTS), *foreign),
    ]
    if subprocess.run(command, check=False).returncode:
        raise Trouble(
            f"pip could not fetch {REQUIREMENTS.name} for {architecture}.",
            "Check the connection to PyPI; a package without a wheel for this processor needs another version.",
        )


def _unneeded(folder: Path) -> Iterator[Path]:
    for pattern in LEFT_OUT:
        yield from sorted(folder.glob(pattern))
    for model in sorted((folder / "botocore" / "data").iterdir()):
        if model.name not in SERVICES_IN_USE + SHARED_MODELS:
            yield model
