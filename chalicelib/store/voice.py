"""The voice of the client: invitations and their answers, and who was asked when."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.desk.survey_timing import LastAsked, of_one_person
from chalicelib.desk.surveys import VALID_FOR, Invitation, Kind
from chalicelib.store.table import Item, NotFound, VoiceItem, bumped, decode, encode, timestamp


def invitation_item(invitation: Invitation) -> Item:
    """Listed by kind and by the month in which it was made, answered or not: what shares of them were answered is one read."""
    invitation = bumped(invitation)
    return VoiceItem(
        f"INVITATION#{invitation.id}",
        "INVITATION",
        body=encode(invitation),
        version=invitation.version,
        listed=_month(invitation.kind, invitation.created_at),
        listed_order=f"{timestamp(invitation.created_at)}#{invitation.id}",
    )


def invitation(invitation_id: str) -> Invitation:
    """Raises NotFound."""
    try:
        item = VoiceItem.get(f"INVITATION#{invitation_id}", "INVITATION", consistent_read=True)
    except VoiceItem.DoesNotExist as error:
        raise NotFound(invitation_id) from error
    return decode(item, Invitation)


def invitations(kind: Kind, since: datetime, until: datetime) -> Iterator[Invitation]:
    """Made in a period, both ends included, the earliest first. From an index: the last second may be missing."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        span = VoiceItem.listed_order.between(timestamp(since), timestamp(until) + "~")
        for item in VoiceItem.by_list.query(_month(kind, month), span):
            yield decode(item, Invitation)
        month = (month + timedelta(days=32)).replace(day=1)


def answers(since: datetime, until: datetime, kind: Kind = Kind.CSAT) -> list[Invitation]:
    """Answered in a period, both ends included, in order of their answers. Whatever was answered then was made no earlier
    than an invitation holds before."""
    made = invitations(kind, since - VALID_FOR, until)
    answered = [(each.answered_at, each.id, each) for each in made if each.answered_at]
    return [each for at, _, each in sorted(answered, key=lambda row: row[:2]) if since <= at <= until]


def last_asked(client_id: str, absorbed: Iterable[str] = ()) -> LastAsked:
    """When a person was asked last, under whatever ids; the record to write on is that of ``client_id``. Strongly
    consistent."""
    keys = [(_person(each), "ASKED") for each in dict.fromkeys((client_id, *absorbed))]
    found = [decode(item, LastAsked) for item in VoiceItem.batch_get(keys, consistent_read=True)]
    own = next((each for each in found if each.client_id == client_id), LastAsked(client_id))
    return LastAsked(client_id, of_one_person(client_id, found).at, own.version)


def last_asked_item(last: LastAsked) -> Item:
    last = bumped(last)
    return VoiceItem(_person(last.client_id), "ASKED", body=encode(last), version=last.version)


def _person(client_id: str) -> str:
    return f"PERSON#{client_id}"


def _month(kind: Kind, at: datetime) -> str:
    return f"{kind.upper()}#{at.astimezone(UTC):%Y-%m}"
