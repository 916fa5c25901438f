"""The list of VIPs as a file: the columns of the import, headed in the team's language, a row for each VIP by name."""

from collections.abc import Callable, Iterable, Sequence

from chalicelib.desk import sheets, vip_lists
from chalicelib.desk.clients import Tier
from chalicelib.desk.settings import Settings
from chalicelib.store import clients
from chalicelib.texts import text

FORMATS: dict[str, Callable[[Iterable[Sequence[sheets.Cell]]], bytes]] = {"csv": sheets.to_csv, "xlsx": sheets.to_xlsx}


def run(form: str, settings: Settings) -> bytes:
    header = [text(f"column_{column}", settings.desk.language) for column in vip_lists.COLUMNS]
    rows = (list(vip_lists.written(vip).values()) for vip in clients.of_tier(Tier.VIP))
    return FORMATS[form]([header, *rows])
