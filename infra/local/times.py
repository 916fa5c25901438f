"""How long starts and reloads took here, so that ``make reload`` can show both."""

import json
from pathlib import Path

FILE = "times.json"


def started(directory: Path, seconds: float) -> float:
    """Note a start. Answers how long the first one took."""
    path = directory / FILE
    noted = json.loads(path.read_text()) if path.exists() else {"first_start_seconds": round(seconds, 1)}
    path.write_text(json.dumps({**noted, "last_start_seconds": round(seconds, 1)}))
    return float(noted["first_start_seconds"])


def first_start_seconds(directory: Path) -> float:
    return float(json.loads((directory / FILE).read_text())["first_start_seconds"])
