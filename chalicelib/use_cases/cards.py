"""The card at the head of a client's topic: who this is, where the ticket stands, and what can be done with one tap."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from html import escape

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import File
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.settings import Desk
from chalicelib.desk.splitting import length
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.desk.zones import zone
from chalicelib.messengers import ADAPTERS
from chalicelib.texts import clock_time, text
from chalicelib.use_cases import card_history
from chalicelib.use_cases.leaving import tap
from chalicelib.use_cases.policy_choice import targets_in_words

LONGEST_HEADING = 100  # UTF-16 units
LONGEST_CARD = 3800  # of the 4096 that Telegram takes: what is around the details needs its room

_MARKS = ("complaint", "praise")

# Which buttons a ticket in this state shows, by the action they carry.
_BUTTONS: dict[Status, tuple[tuple[str, ...], ...]] = {
    Status.OPEN: (("take", "wait"), ("promise", "why"), ("close", "theme"), _MARKS),
    Status.WAITING: (("take", "resume"), ("promise", "why"), ("close", "theme"), _MARKS),
    Status.CLOSED: (("reopen", "theme"), _MARKS),
}


def topic_title(client: Client, ticket: Ticket | None, language: str) -> str:
    title = text(f"topic_{_tier(client, ticket)}", language, name=client.name)
    return text("topic_with_company", language, title=title, company=client.company) if client.company else title


def drawn(
    content: Content, client: Client, ticket: Ticket | None, recent: Sequence[Ticket], desk: Desk, now: datetime
) -> Content:
    """``content`` with the card's words and buttons as they are now; ``recent`` are the client's last tickets."""
    day = now.astimezone(zone(desk.timezone)).date()
    tier = ticket.tier if ticket and ticket.status is not Status.CLOSED else client.tier_on(day)
    lines = [text(f"card_{tier}", desk.language, html=True, name=client.name), *who(client, desk.language)]
    lines += (
        term(client, day, desk.language)
        + _targets(client, ticket, day, desk.language)
        + _messengers(client, desk.language)
        + _ticket(ticket, desk)
    )
    lines += card_history.lines(recent, ticket, desk) if recent else []
    hint = text("card_hint", desk.language)
    lines += [*_details(client, desk.language, LONGEST_CARD - length("\n".join((*lines, hint)))), hint]
    return replace(content, text="\n".join(lines), html=True, buttons=_buttons(ticket, desk.language))


def left(content: Content, client: Client, into: Client, language: str) -> Content:
    """The card of a topic that was left when its client was joined with another one: where the conversation goes on."""
    words = text("card_left", language, html=True, name=client.name, into=into.name)
    return replace(content, text=words, html=True, link_to_topic_of=into.id)


def headed(content: Content, client: Client, identity: Identity | None, language: str) -> Content:
    """What the client wrote, headed by the messenger when it is another one than that of the message before. What has no
    room for it is followed by it instead (``aftermath``)."""
    if identity is None or client.current in (None, identity) or not has_room_for_heading(content):
        return content
    return replace(content, text="\n".join(filter(None, (heading(identity, language), content.text))))


def heading(identity: Identity, language: str) -> str:
    return text("relay_from", language, messenger=text(f"messenger_{identity.messenger}", language))


def has_room_for_heading(content: Content) -> bool:
    """A sticker has no caption at all; a caption or a text may be as long as it can be already."""
    telegram = ADAPTERS["telegram"]
    captions = [telegram.files[file.attachment.kind].longest_caption for file in content.files if _is_shown(file)]
    return length(content.text) + LONGEST_HEADING <= min(captions, default=telegram.longest_text)


def _is_shown(file: File) -> bool:
    """Files of other messengers are only named, with a button that opens them."""
    return file.messenger == "telegram"


def _tier(client: Client, ticket: Ticket | None) -> str:
    return ticket.tier if ticket else client.tier


def who(client: Client, language: str) -> list[str]:
    """The short block of the annex to the contract; a client we know nothing of has none."""
    company = " · ".join(filter(None, (client.company, client.project)))
    where = {(True, True): "card_where_position", (True, False): "card_where", (False, True): "card_position"}
    lines = []
    if key := where.get((bool(company), bool(client.position))):
        lines.append(text(key, language, html=True, company=company, position=client.position))
    if contacts := " · ".join((*client.phones, *client.emails)):
        lines.append(text("card_contacts", language, html=True, contacts=contacts))
    if client.note:
        lines.append(text("card_note", language, html=True, note=client.note))
    return lines


def term(client: Client, day: date, language: str) -> list[str]:
    """What the contract's dates change on ``day``: an open ticket keeps its targets, new ones are everyone's."""
    if client.tier_on(day) is client.tier:
        return []
    if client.valid_until and client.valid_until < day:
        return [text("card_ended", language, day=client.valid_until)]
    return [text("card_not_begun", language, day=client.valid_from)]


def _targets(client: Client, ticket: Ticket | None, day: date, language: str) -> list[str]:
    """Their own, by the contract: those that the open ticket is served by, or that a new one would be."""
    is_open = ticket is not None and ticket.status is not Status.CLOSED
    own = ticket.own_targets if ticket and is_open else client.targets_on(day)
    return [text("card_targets", language, targets=targets_in_words(own, language))] if own else []


def _details(client: Client, language: str, room: int) -> list[str]:
    """The newest of what the team wrote, as far as there is room: it is added at the end."""
    shown = client.details
    while shown and length(escape(shown)) > room:
        shown = shown.partition("\n")[2]
    if not shown:
        return []
    return [
        text("card_details" if shown == client.details else "card_details_newest", language, html=True, details=shown)
    ]


def _messengers(client: Client, language: str) -> list[str]:
    """Where the client writes from, if it is more than one place, and where an answer goes."""
    if len(client.identities) < 2 or client.current is None:
        return []
    names = [text(f"messenger_{identity.messenger}", language) for identity in client.identities]
    answer = text(f"messenger_{client.current.messenger}", language)
    return [text("card_messengers", language, messengers=", ".join(dict.fromkeys(names)), answer=answer)]


def _ticket(ticket: Ticket | None, desk: Desk) -> list[str]:
    if ticket is None:
        return [text("card_no_ticket", desk.language)]
    opened = clock_time(ticket.opened_at, desk.timezone, desk.language)
    status = text(f"status_{ticket.status}", desk.language)
    lines = [text("card_ticket", desk.language, ticket=ticket.id, status=status, opened=opened)]
    if ticket.owner:
        lines.append(text("card_owner", desk.language, html=True, owner=ticket.owner.name))
    elif ticket.status is not Status.CLOSED:
        lines.append(text("card_no_owner", desk.language))
    if ticket.marked:
        by, at = ticket.marked.by.name, clock_time(ticket.marked.at, desk.timezone, desk.language)
        lines.append(text(f"card_{ticket.marked.feedback}", desk.language, html=True, by=by, at=at))
    return lines


def _buttons(ticket: Ticket | None, language: str) -> tuple[tuple[Button, ...], ...]:
    if ticket is None:
        return ()
    return tuple(
        tuple(tap(text(f"button_{action}", language), action, ticket.id) for action in _unless_marked(row, ticket))
        for row in _BUTTONS[ticket.status]
    )


def _unless_marked(row: tuple[str, ...], ticket: Ticket) -> tuple[str, ...]:
    """What the ticket is marked as can be taken back instead."""
    return tuple(f"{each}_off" if ticket.marked and each == ticket.marked.feedback else each for each in row)
