"""Where the messengers' published schemas are: files that tests use and that do not come with Vipdesk. Used by the sides."""

import os
from pathlib import Path


def find_spec(name: str, specs_path: str | None) -> Path | None:
    """The file or folder `name`: as configured, or in SPECS_DIR, or beside the repository. None: it is not here."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "specs"
    path = Path(specs_path or os.environ.get("SPECS_DIR") or beside) / name
    return path if path.exists() else None
