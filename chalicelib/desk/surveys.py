"""The voice of the client: an invitation to answer one question with one tap, and what is made of the answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.desk.clients import Identity

VALID_FOR = timedelta(days=14)
GRADES = (5, 4, 3, 2, 1)  # the five worded grades of CSAT, best first, as they are shown
LOW_GRADE = 3  # this or less: the manager calls back
LONGEST_COMMENT = 4000  # characters


class Expired(Exception):  # noqa: N818
    """The invitation's time is over."""


@dataclass(frozen=True)
class Invitation:
    """To grade one contact (CSAT). One answer, which may be changed until it expires. ``people`` are those who had
    answered the client by then, frozen: a grade is never tied to who joined later (product line 25)."""

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
    version: int = 0


def grade(invitation: Invitation, score: int, now: datetime) -> Invitation:
    """Raises Expired, and ValueError for what is no grade."""
    if score not in GRADES:
        raise ValueError(score)
    if now >= invitation.expires_at:
        raise Expired
    return replace(invitation, score=score, answered_at=now)


def comment(invitation: Invitation, words: str, now: datetime) -> Invitation:
    """Any characters are kept as they are. Raises Expired, and ValueError for a comment that is too long."""
    if len(words) > LONGEST_COMMENT:
        raise ValueError(len(words))
    if now >= invitation.expires_at:
        raise Expired
    return replace(invitation, comment=words)


def is_newly_low(before: Invitation, after: Invitation) -> bool:
    """Whether this answer, unlike the one before it, asks for a call-back."""

    def low(score: int | None) -> bool:
        return score is not None and score <= LOW_GRADE

    return low(after.score) and not low(before.score)
