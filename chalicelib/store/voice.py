"""The voice of the client: invitations and their answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.desk.surveys import Invitation
from chalicelib.store.table import Item, NotFound, VoiceItem, bumped, decode, encode, timestamp


def invitation_item(invitation: Invitation) -> Item:
    """Answered ones are listed by the month of their answer."""
    invitation = bumped(invitation)
    item = VoiceItem(f"INVITATION#{invitation.id}", "INVITATION", body=encode(invitation), version=invitation.version)
    if invitation.answered_at:
        item.listed = f"CSAT#{invitation.answered_at.astimezone(UTC):%Y-%m}"
        item.listed_order = f"{timestamp(invitation.answered_at)}#{invitation.id}"
    return item


def invitation(invitation_id: str) -> Invitation:
    """Raises NotFound."""
    try:
        item = VoiceItem.get(f"INVITATION#{invitation_id}", "INVITATION", consistent_read=True)
    except VoiceItem.DoesNotExist as error:
        raise NotFound(invitation_id) from error
    return decode(item, Invitation)


def answers(since: datetime, until: datetime) -> Iterator[Invitation]:
    """Answered invitations of a period, both ends included, in order of their answers."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        span = VoiceItem.listed_order.between(timestamp(since), timestamp(until) + "~")
        for item in VoiceItem.by_list.query(f"CSAT#{month:%Y-%m}", span):
            yield decode(item, Invitation)
        month = (month + timedelta(days=32)).replace(day=1)
