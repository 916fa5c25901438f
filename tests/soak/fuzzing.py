"""Damaged updates, and what has to be found of each: its words, in a message or in what was kept raw."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.desk.messages import (
    Incoming,
    IncomingEdit,
    IncomingMessage,
)
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.use_cases.intake import whole_characters
from tests.signing import with_secret
from tests.soak.mutations import mutated
from tests.soak.updates import authentic, encoded

USERS = 5


@dataclass(frozen=True)
class Damaged:
    """``words`` is empty when the damage hit them, or when they are nobody's message."""

    messenger: str
    words: str
    raw: bytes


def damaged(messenger: str, count: int, seed: int, secrets: Mapping[str, str]) -> Iterator[Damaged]:
    """``count`` authentic updates, each damaged in its own way; the same ones for the same ``seed``."""
    chance, seen = random.Random(f"{messenger}/{seed}"), set[str]()
    made = 0
    while made < count:
        for sent in authentic(messenger, user=chance.randrange(USERS)):
            raw = encoded(with_secret(messenger, mutated(sent.body, chance), secrets))
            is_kept = _is_to_be_kept(messenger, raw, seen, secrets)  # of each, since its id is taken by it
            yield Damaged(messenger, sent.words if is_kept and sent.words.encode() in raw else "", raw)
            made += 1
            if made == count:
                return


def _is_to_be_kept(messenger: str, raw: bytes, seen: set[str], secrets: Mapping[str, str]) -> bool:
    """What is not understood is kept raw; of the rest, what somebody wrote to us and did not write before under that id."""
    is_kept_raw = False
    try:
        events = ADAPTERS[messenger].parse(whole_characters(raw), "account", secrets.__getitem__)
    except NotUnderstood as odd:
        events, is_kept_raw = list(odd.understood), True
    keys = [key for event in events if (key := _key(event)) is not None]
    fresh = [key for key in keys if key not in seen]
    seen.update(fresh)
    return is_kept_raw or bool(fresh)


def _key(event: Incoming) -> str | None:
    """None: nobody's words to us."""
    match event:
        case IncomingMessage(external_id=key, private=True, sender=sender):
            return f"{sender.user}/{key}"
        case IncomingEdit(message=IncomingMessage(private=True), edit_key=key):
            return key
        case _:
            return None
