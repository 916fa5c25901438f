"""Tickets of VIPs that all wait for a first reply, and what the outbox has to tell of them."""

from datetime import datetime

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.outbound import Outbound
from chalicelib.desk.policies import choose
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.table import DeskItem, commit, decode
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER


def open_ticket(n: int, at: datetime) -> Ticket:
    """VIP number ``n`` wrote at ``at``."""
    settings, identity = current(), Identity("telegram", "1", str(n))
    client = Client(f"c{n}", f"Client {n}", at, Tier.VIP, identities=(identity,), current=identity)
    policy = choose(settings.policies, client.tier, identity.messenger)
    assert policy
    made = Ticket(f"t{n}", client.id, client.name, client.tier, identity, at, policy)
    made = ticket_deadlines.reckon(ticket_life.client_wrote(made, at, f"m{n}"), settings.calendars, at)
    commit(
        clients.client_item(client),
        conversations.conversation_item(Conversation(identity, str(n), client.id)),
        *conversations.ticket_items(made),
    )
    return made


def alerts_to(account: str, member: int = MANAGER) -> list[Outbound]:
    found = DeskItem.query(f"OUT#chat:telegram:{account}:{member}", consistent_read=True)
    return [decode(item, Outbound) for item in found]
