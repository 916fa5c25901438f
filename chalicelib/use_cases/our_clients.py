"""The desk proposes "our clients", and a manager decides with one tap: once for each proposal, and not again for a while.

told three times in 90 days ──▶ proposed ──yes──▶ our client
                                    └──not now──▶ as before; proposed again after 90 days at the earliest
"""

from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.desk import our_clients as rules
from chalicelib.desk.clients import Tier
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import IncomingTap
from chalicelib.desk.our_clients import Proposal
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import MANAGING, Member
from chalicelib.desk.tickets import NotAllowed, Ticket
from chalicelib.store import clients, conversations, proposals
from chalicelib.store.table import Item, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import registry
from chalicelib.use_cases.leaving import Leaving, tap

ACTIONS = ("our_yes", "our_no")
MOST_LOOKED_AT = 200  # tickets of the client, the newest first


def propose(ticket: Ticket, leaving: Leaving, settings: Settings) -> list[Item]:
    """The client told us something by this ticket; if it was often enough, ask the manager. Returns what is to be written:
    also when it was not, so that of two tickets at the same time the second one sees the first."""
    rule, now = settings.our_clients, leaving.now
    client = clients.client_now(ticket.client_id)
    before = proposals.of_client(client.id) or Proposal(client.id)
    if not rules.may_be_proposed(client, before, rule, now):
        return []
    found = (row for _, row in islice(conversations.of_client(client.id), MOST_LOOKED_AT) if row.id != ticket.id)
    times = rules.told((ticket, *conversations.as_they_are(found)), now - rule.span)
    if times < rule.times:
        return [proposals.proposal_item(before)]
    language = settings.desk.language
    words = text("alert_our_client", language, html=True, client=client.name, n=times, days=rule.days)
    buttons = tuple((tap(text(f"button_{action}", language), action, client.id),) for action in ACTIONS)
    for member in settings.whom((Person.MANAGER,), now):
        content = Content(text=words, html=True, silent=True, buttons=buttons, link_to_topic_of=client.id)
        leaving.to_member(member, settings.desk.account, content)
    return [proposals.proposal_item(Proposal(client.id, now, version=before.version))]


def decide(action: str, tapped: IncomingTap, client_id: str, settings: Settings, now: datetime) -> str:
    """Returns the words for who tapped.

    :raises NotFound: there is no such client, or nobody proposed them.
    :raises NotAllowed: it is not theirs to decide, or decided already.
    """
    member = settings.team.by_telegram(tapped.sender.user)
    if member is None or member.role not in MANAGING:
        raise NotAllowed("only_managers")
    retrying(lambda: _decide(client_id, member))
    if action == "our_yes" and clients.client_now(client_id).tier is Tier.EVERYONE:
        ground = text("ground_our_client", settings.desk.language, n=settings.our_clients.times)
        client = clients.client_now(client_id)
        registry.change(client.id, {"tier": Tier.OUR}, (), ground, member.author, settings, now)
    return text(f"done_{action}", settings.desk.language)


def _decide(client_id: str, member: Member) -> None:
    """The first tap decides; the same person may say otherwise, or say it again if it was not heard to the end."""
    proposal = proposals.of_client(client_id)
    if proposal is None or proposal.at is None:
        raise NotFound(client_id)
    if proposal.decided_by not in ("", member.id):
        raise NotAllowed("our_decided")
    commit(proposals.proposal_item(replace(proposal, decided_by=member.id)))
