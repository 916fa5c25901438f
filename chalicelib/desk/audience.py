"""Everybody, cut into parts: each can be read, planned and counted apart from the others, at the same time.

A client's part is drawn from their id, so that it is the same for as long as they keep their tier, and parts are about equal.
"""

from dataclasses import dataclass
from zlib import crc32

from chalicelib.desk.clients import Tier

PARTS = {Tier.VIP: 1, Tier.OUR: 1, Tier.EVERYONE: 16}
"""Into how many the clients of a tier are cut: changing a figure moves clients, whose items have to be written anew."""


@dataclass(frozen=True)
class Part:
    tier: Tier
    n: int

    @property
    def name(self) -> str:
        return f"{self.tier}#{self.n:02d}"


def parts_of(tier: Tier) -> tuple[Part, ...]:
    return tuple(Part(tier, n) for n in range(PARTS[tier]))


def part_of(tier: Tier, client_id: str) -> Part:
    return Part(tier, crc32(client_id.encode()) % PARTS[tier])


ALL_PARTS = tuple(part for tier in Tier for part in parts_of(tier))
"""In the order in which they are served."""
