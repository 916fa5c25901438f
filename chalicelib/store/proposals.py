"""What the desk proposed to the manager about a client; the newest is kept."""

from chalicelib.desk.our_clients import Proposal
from chalicelib.store.table import DeskItem, Item, bumped, decode, encode


def of_client(client_id: str) -> Proposal | None:
    """Strongly consistent."""
    try:
        return decode(DeskItem.get(*_key(client_id), consistent_read=True), Proposal)
    except DeskItem.DoesNotExist:
        return None


def proposal_item(proposal: Proposal) -> Item:
    proposal = bumped(proposal)
    return DeskItem(*_key(proposal.client_id), body=encode(proposal), version=proposal.version)


def _key(client_id: str) -> tuple[str, str]:
    return f"CLIENT#{client_id}", "PROPOSAL"
