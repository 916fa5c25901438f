"""The voice of the client: an invitation to answer one question with one tap, and what is made of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.clients import Conversation, Identity, Tier

VALID_FOR = timedelta(days=14)
GRADES = (5, 4, 3, 2, 1)  # the five worded grades of CSAT, best first, as they are shown
LOW_GRADE = 3  # this or less: the manager calls back
LONGEST_COMMENT = 4000  # characters
COMMENT_WITHIN = timedelta(hours=1)  # what is written later is a message like any other
MARK = "survey"


class Kind(StrEnum):
    """CSAT is about one contact, NPS about the company, CSI about several qualities of it."""

    CSAT = "csat"
    NPS = "nps"
    CSI = "csi"


SCORES: Mapping[Kind, tuple[int, ...]] = {Kind.CSAT: GRADES, Kind.NPS: tuple(range(11)), Kind.CSI: ()}
"""What can be answered with one tap, in the order in which it is shown."""


class Expired(Exception):  # noqa: N818
    """The invitation's time is over."""


@dataclass(frozen=True)
class Rating:
    """What a client thinks of one quality, and how much it matters to them: 1 to 5 both."""

    quality: str
    grade: int
    importance: int


@dataclass(frozen=True)
class Invitation:
    """To answer one survey, once; the answer may be changed until it expires. ``ticket_id`` is the contact that CSAT asks
    about, empty for what is about no contact. ``people`` are those who had answered the client by then, frozen: a grade is
    never tied to who joined later (product line 25). ``tier`` is how the client was served. CSI's answer is ``ratings``.
    ``attempt`` counts how often the question was sent; ``undelivered``: in vain."""

    id: str
    ticket_id: str
    client_id: str
    identity: Identity
    language: str
    created_at: datetime
    expires_at: datetime
    people: tuple[str, ...] = ()
    score: int | None = None
    answered_at: datetime | None = None
    comment: str = ""
    kind: Kind = Kind.CSAT
    tier: Tier = Tier.EVERYONE
    ratings: tuple[Rating, ...] = ()
    attempt: int = 1
    undelivered: bool = False
    version: int = 0

    @property
    def sent_as(self) -> str:
        """What names the question to the messenger, which may tell later that it did not arrive."""
        return f"{MARK}:{self.id}:{self.attempt}"


def grade(invitation: Invitation, score: int, now: datetime) -> Invitation:
    """Raises Expired, and ValueError for what is no grade."""
    if score not in SCORES[invitation.kind]:
        raise ValueError(score)
    _check_time(invitation, now)
    return replace(invitation, score=score, answered_at=now)


def rate(invitation: Invitation, ratings: tuple[Rating, ...], now: datetime) -> Invitation:
    """The answer to CSI. Raises Expired, and ValueError for what is no rating."""
    if not ratings or not all(each.grade in GRADES and each.importance in GRADES for each in ratings):
        raise ValueError(ratings)
    _check_time(invitation, now)
    return replace(invitation, ratings=ratings, answered_at=now)


def comment(invitation: Invitation, words: str, now: datetime) -> Invitation:
    """Any characters are kept as they are. Raises Expired, and ValueError for a comment that is too long."""
    if len(words) > LONGEST_COMMENT:
        raise ValueError(len(words))
    _check_time(invitation, now)
    return replace(invitation, comment=words)


def awaiting_comment(conversation: Conversation, invitation: Invitation, now: datetime) -> Conversation:
    """The next text is the comment on this answer."""
    return replace(conversation, comment_on=invitation.id, comment_until=now + COMMENT_WITHIN)


def no_comment_awaited(conversation: Conversation) -> Conversation:
    """The next text is a message like any other."""
    return replace(conversation, comment_on=None, comment_until=None)


def is_newly_low(before: Invitation, after: Invitation) -> bool:
    """Whether this answer, unlike the one before it, asks for a call-back."""
    return is_low(after) and not is_low(before)


def is_low(invitation: Invitation) -> bool:
    """Of one contact only: what somebody thinks of the company is nothing to be called back about."""
    return invitation.kind is Kind.CSAT and invitation.score is not None and invitation.score <= LOW_GRADE


def _check_time(invitation: Invitation, now: datetime) -> None:
    if now >= invitation.expires_at:
        raise Expired
