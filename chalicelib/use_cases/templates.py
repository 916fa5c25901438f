"""WhatsApp's window is closed: the team is offered the approved templates, and fills one in with a message in the topic.

    offered ──button──▶ chosen ──values, one per line──▶ previewed ──send──▶ on its way, as a reply like any other
                          │ nothing to fill in                │
                          └──────────────▶ previewed          └──cancel──▶ forgotten

What somebody wrote before that is kept, and offered to be sent when the client writes again (``held``). Sending is in
``rescues``, with the other buttons.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.desk import templates as rules
from chalicelib.desk import ticket_life, tickets
from chalicelib.desk.clients import Client
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author, Kind, Message
from chalicelib.desk.outbound import Button, Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.templates import Draft, Template
from chalicelib.desk.tickets import NotAllowed, Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, drafts, messages
from chalicelib.store.table import Item, commit
from chalicelib.texts import text
from chalicelib.use_cases import next_best
from chalicelib.use_cases.leaving import Leaving, tap

MOST_SHOWN = 300  # characters of each template among those to choose from


def window_closed(kept: Message, ticket: Ticket, client: Client, settings: Settings, now: datetime) -> None:
    """Somebody of the team wrote although the window is closed: ``kept`` is a note of it. It has the values they were
    asked for, or else it waits for the client to write again.

    Raises Exists when the same message came before."""
    draft = drafts.of_ticket(ticket.id) if settings.templates else None
    is_answer = draft and draft.values is None and kept.author == draft.by and kept.kind is Kind.TEXT
    if not is_answer and (kept.text or kept.attachments):
        words = kept.text or text(f"shown_{kept.kind}", settings.desk.language)
        ticket = ticket_life.hold(ticket, kept.external_id, words)
    ticket = ticket.ticked(now)
    leaving = Leaving(ticket.clock, now, client.id, ticket.id)
    changes = conversations.ticket_items(ticket)
    if draft and is_answer:
        changes += _filled(draft, rules.values_in(draft.template, kept.text), leaving, settings)
    else:
        leaving.to_topic(client, Purpose.NOTICE, refusal(kept, client, settings, now))
    commit(*changes, *leaving.items(), once=messages.message_item(kept))
    leaving.nudge()


def refusal(kept: Message, client: Client, settings: Settings, now: datetime) -> Content:
    """That it was not sent, and every other way there is to this client."""
    language = settings.desk.language
    offered = offer(kept.ticket_id, client, settings)
    others = next_best.elsewhere(kept, client, language, now)
    words = "\n\n".join(filter(None, (text("window_is_closed", language), text("window_kept", language), offered.text)))
    words += next_best.call(client, language)
    return Content(text=words, buttons=(*offered.buttons, *((button,) for button in others)))


def offer(ticket_id: str, client: Client, settings: Settings) -> Content:
    """The templates, those in the client's language first, and a button for each. Empty when there are none."""
    language = settings.desk.language
    listed, buttons = [], []
    for n, template in enumerate(rules.in_language(settings.templates, client.language), 1):
        seen = rules.outlined(template, language)[:MOST_SHOWN]
        listed.append(text("template_listed", language, n=n, name=template.name, seen=seen))
        label = text("button_template", language, n=n, name=template.name)
        buttons.append((tap(label, "template", ticket_id, template.key),))
    words = text("templates_offered", language, templates="\n\n".join(listed)) if listed else ""
    return Content(text=words, buttons=tuple(buttons))


def show_offer(ticket_id: str, settings: Settings, now: datetime, once: Item | None) -> None:
    ticket = _open_to_templates(ticket_id, settings).ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    client = clients.client_by_id(ticket.client_id)
    leaving.to_topic(client, Purpose.NOTICE, offer(ticket.id, client, settings))
    commit(*conversations.ticket_items(ticket), *leaving.items(), once=once)
    leaving.nudge()


def choose(ticket_id: str, key: str, by: Author, settings: Settings, now: datetime, once: Item | None) -> None:
    """A template was chosen: ask for what has to be filled in, or show it at once.

    :raises NotAllowed: it is not among the settings any more.
    """
    ticket = _open_to_templates(ticket_id, settings).ticked(now)
    template = rules.found(settings.templates, key)
    if template is None:
        raise NotAllowed("template_gone")
    before = drafts.of_ticket(ticket.id)
    draft = Draft(new_id(now), ticket.id, template, by, now, version=before.version if before else 0)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    changes = conversations.ticket_items(ticket)
    if template.parameters:
        leaving.to_topic(ticket.client_id, Purpose.NOTICE, _question(draft, settings))
        changes.append(drafts.draft_item(draft, now))
    else:
        changes += _filled(draft, (), leaving, settings)
    commit(*changes, *leaving.items(), once=once)
    leaving.nudge()


def chosen(ticket: Ticket, draft_id: str) -> Draft:
    """The draft as it was previewed.

    :raises NotAllowed: another one has taken its place, or it is too old.
    """
    draft = drafts.of_ticket(ticket.id)
    if draft is None or draft.id != draft_id or draft.values is None:
        raise NotAllowed("template_draft_gone")
    return draft


def window_opened(ticket: Ticket, leaving: Leaving, settings: Settings) -> Ticket:
    """The client has written: what was held back can be sent now, with one tap."""
    window = ADAPTERS[ticket.identity.messenger].window
    if not ticket.held or tickets.is_window_closed(ticket, window, leaving.now):
        return ticket
    language = settings.desk.language
    for held in ticket.held:
        button = tap(text("button_held", language), "held", ticket.id, held.message_id)
        words = text("held_can_go", language, text=held.text)
        leaving.to_topic(ticket.client_id, Purpose.NOTICE, Content(text=words, buttons=((button,),), silent=True))
    return replace(ticket, held=())


def _open_to_templates(ticket_id: str, settings: Settings) -> Ticket:
    ticket = conversations.ticket_by_id(ticket_id)
    if ADAPTERS[ticket.identity.messenger].window is None or not settings.templates:
        raise NotAllowed("no_templates")
    return ticket


def _question(draft: Draft, settings: Settings) -> Content:
    language = settings.desk.language
    return Content(
        text=text(
            "template_question",
            language,
            seen=rules.outlined(draft.template, language),
            wanted=_wanted(draft.template, language),
        ),
        buttons=((_cancel(draft, language),),),
    )


def _filled(draft: Draft, values: tuple[str, ...], leaving: Leaving, settings: Settings) -> list[Item]:
    """Show what the client would get; or say once more what is wanted, if this is not it."""
    language, template = settings.desk.language, draft.template
    try:
        rules.check(template, values)
    except rules.WrongValues as wrong:
        words = text(wrong.reason, language, n=len(template.parameters), wanted=_wanted(template, language))
        leaving.to_topic(leaving.client_id or "", Purpose.NOTICE, Content(text=words))
        return []
    send = tap(text("button_template_send", language), "template_send", draft.ticket_id, draft.id)
    words = text("template_preview", language, seen=rules.as_seen(template, values))
    buttons = ((send, _cancel(draft, language)),)
    leaving.to_topic(leaving.client_id or "", Purpose.NOTICE, Content(text=words, buttons=buttons))
    return [drafts.draft_item(replace(draft, values=values), leaving.now)]


def _wanted(template: Template, language: str) -> str:
    return "\n".join(f"{n}. {meaning}" for n, meaning in enumerate(rules.meanings(template, language), 1))


def _cancel(draft: Draft, language: str) -> Button:
    return tap(text("button_template_cancel", language), "template_cancel", draft.ticket_id, draft.id)
