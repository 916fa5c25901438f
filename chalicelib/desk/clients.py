"""Who writes to us: identities in messengers, the client they prove to be, and how urgently that client is served."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Tier(StrEnum):
    """How urgently a client is served. The order of the members is the order of every queue."""

    VIP = "vip"
    OUR = "our"
    EVERYONE = "everyone"

    @property
    def rank(self) -> int:
        """0 is served first."""
        return list(Tier).index(self)


@dataclass(frozen=True)
class Identity:
    """A person as one messenger knows them. The same user id in two messengers is two people until something proves
    otherwise (product line 6)."""

    messenger: str
    account: str
    user: str

    @property
    def key(self) -> str:
        return f"{self.messenger}:{self.account}:{self.user}"

    @classmethod
    def from_key(cls, key: str) -> "Identity":
        """An account may have a colon in it (Viber's do); nobody's id has."""
        messenger, _, rest = key.partition(":")
        account, _, user = rest.rpartition(":")
        return cls(messenger, account, user)


@dataclass(frozen=True)
class Topic:
    """Where the team sees the client: a topic of a forum group, and the message pinned at its head."""

    chat: str
    thread: str
    card: str | None = None

    @property
    def url(self) -> str:
        """https://core.telegram.org/api/links#private-message-links: without the -100 that marks a supergroup."""
        return f"https://t.me/c/{self.chat.removeprefix('-100')}/{self.thread}"


@dataclass(frozen=True)
class Joined:
    """This client turned out to be another one, ``into``, and is kept as they were: their topic, their history, and what
    parting them again restores. ``lent`` names the fields that the other took over from this one."""

    into: str
    lent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Client:
    """A person we serve. ``version`` is 0 until stored and counts the changes since. ``registered``: a manager put them
    into the registry. ``absorbed`` are the ids of clients who turned out to be this one."""

    id: str
    name: str
    created_at: datetime
    tier: Tier = Tier.EVERYONE
    language: str = "ru"
    company: str = ""
    project: str = ""
    position: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    note: str = ""
    details: str = ""  # the longer part of the card, which the team reads and adds to
    valid_from: date | None = None
    valid_until: date | None = None
    targets: dict[str, int] = field(default_factory=dict)  # of their own, by the contract: minutes by metric
    identities: tuple[Identity, ...] = ()
    current: Identity | None = None  # the conversation an answer in the topic goes to
    topic: Topic | None = None
    registered: bool = False
    joined: Joined | None = None
    absorbed: tuple[str, ...] = ()
    timezone: str | None = None  # IANA; theirs by somebody's word, which goes before what their number tells
    opted_out: bool = False  # of announcements in their messengers
    version: int = 0

    @property
    def heard_in(self) -> Identity | None:
        """Where they are announced to first: what they used last, else what was found last."""
        return self.current or next(reversed(self.identities), None)

    def targets_on(self, day: date) -> dict[str, int]:
        """What the contract promises them on ``day`` instead of their tier's targets."""
        return self.targets if self.tier_on(day) is self.tier else {}

    def tier_on(self, day: date) -> Tier:
        """The tier the contract gives on ``day``: outside the dates of validity a VIP is served like everyone else."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_until is not None and self.valid_until < day
        return self.tier if begun and not ended else Tier.EVERYONE


@dataclass(frozen=True)
class Conversation:
    """What one identity and we have said to each other. ``chat`` is where the messenger wants our answers.
    ``moving_since``: it went to another client, and not all of its older tickets have followed yet. ``comment_on``: the
    client wants to add words to their answer to this invitation, and what they write ``comment_until`` then is those.
    ``told_of`` is the outage that the last announcement to the client was about, here or elsewhere, ``told_at``.
    ``newest_ticket``: its id, so that many conversations can be read with theirs at once."""

    identity: Identity
    chat: str
    client_id: str
    language: str = "ru"
    reachable: bool = True
    moving_since: datetime | None = None
    comment_on: str | None = None
    comment_until: datetime | None = None
    told_of: str = ""
    told_at: datetime | None = None
    newest_ticket: str = ""
    version: int = 0
