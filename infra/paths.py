"""Where things lie in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
"""Everything a machine keeps for itself: caches, the local stack's state and logs. Safe to delete when nothing runs."""
OUT = ROOT / "out"
CACHE = LOCAL / "cache"
