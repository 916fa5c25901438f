"""Waves of surveys about the company, and who waits to be asked: in the table of the client's voice."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.desk.surveys import Kind
from chalicelib.desk.waves import Candidate, Wave
from chalicelib.store.table import Item, VoiceItem, bumped, decode, encode, timestamp

_WAITING = "CANDIDATES"


def wave(kind: Kind, quarter: str) -> Wave:
    """A new one if nobody has begun it; strongly consistent."""
    try:
        return decode(VoiceItem.get(f"WAVE#{kind}", quarter, consistent_read=True), Wave)
    except VoiceItem.DoesNotExist:
        return Wave(kind, quarter)


def wave_item(wave: Wave) -> Item:
    wave = bumped(wave)
    return VoiceItem(f"WAVE#{wave.kind}", wave.quarter, body=encode(wave), version=wave.version)


def waiting(kind: Kind, quarter: str, client_ids: Iterable[str]) -> set[str]:
    """Those of them who have been put down already; strongly consistent."""
    keys = [(_candidates(kind, quarter), each) for each in client_ids]
    return {item.sk for item in VoiceItem.batch_get(keys, consistent_read=True)}


def candidate_item(candidate: Candidate) -> Item:
    """Listed by when it is worth looking."""
    candidate = bumped(candidate)
    return VoiceItem(
        _candidates(candidate.kind, candidate.quarter),
        candidate.client_id,
        body=encode(candidate),
        version=candidate.version,
        listed=_WAITING,
        listed_order=f"{timestamp(candidate.look_at)}#{candidate.kind}#{candidate.client_id}",
    )


def worth_a_look(now: datetime, limit: int) -> list[tuple[Candidate, Item]]:
    """Those whose time has come, each with the item that is deleted when they are done with. From an index."""
    found = VoiceItem.by_list.query(_WAITING, VoiceItem.listed_order <= timestamp(now) + "~", limit=limit)
    return [(decode(item, Candidate), item) for item in found]


def _candidates(kind: Kind, quarter: str) -> str:
    return f"CANDIDATE#{kind}#{quarter}"
