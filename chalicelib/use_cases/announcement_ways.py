"""Where a client is told: in the messenger they used last, else in the next one that lets us write. Used by ``delivering``, and
by ``audience`` beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.desk import announcement_settings as rules
from chalicelib.desk import tickets
from chalicelib.desk.announcements import Announcement
from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.templates import Template, in_language
from chalicelib.messengers import ADAPTERS
from chalicelib.store import conversations
from chalicelib.store.conversations import Head
from chalicelib.texts import clock_time, text
from chalicelib.use_cases import announcement_statuses, announcement_words
from chalicelib.use_cases.opting import opt_out_button

LONGEST_WITH_BUTTON = 900  # characters: WhatsApp takes 1024 then, with its own marks


@dataclass(frozen=True)
class Way:
    """``conversation`` as it was a moment ago; ``content`` is what is said there. ``outside``: the messenger counts it among
    the people written to outside their windows."""

    conversation: Conversation
    content: Content
    outside: bool

    @property
    def identity(self) -> Identity:
        return self.conversation.identity


@dataclass(frozen=True)
class Telling:
    """What is told, to whom, and where they were told of it before."""

    delivery: Delivery
    client: Client
    outage: Outage
    announcement: Announcement
    before: Identity | None = None


def way(telling: Telling, settings: Settings, now: datetime) -> Way | str:
    """Where to write next, or why nowhere (a key of the texts)."""
    why = telling.delivery.reason or "blocked"
    for identity in _candidates(telling):
        head = conversations.head(identity)
        if not is_open(head):
            continue
        if found := _way(telling, head, settings, now):
            return found
        why = "window_closed"
    return why


def is_open(head: Head) -> bool:
    """Whether they have written there, and have not shut us out."""
    return head.conversation is not None and head.conversation.reachable


def is_outside(head: Head, now: datetime) -> bool:
    """Whether the messenger takes nothing but a template there now, and counts the person."""
    if head.conversation is None:
        return False
    window = ADAPTERS[head.conversation.identity.messenger].window
    return window is not None and (head.ticket is None or tickets.is_window_closed(head.ticket, window, now))


def _candidates(telling: Telling) -> Iterator[Identity]:
    """The end is told where the news was."""
    client = telling.client
    known = dict.fromkeys(filter(None, (telling.before, client.current, *reversed(client.identities))))
    return (identity for identity in known if identity not in telling.delivery.refused_by)


def _way(telling: Telling, head: Head, settings: Settings, now: datetime) -> Way | None:
    """None when the messenger takes nothing but a template now, and there is none for this."""
    conversation = head.conversation
    if conversation is None:
        return None
    content = _content(telling, settings, now)
    if not is_outside(head, now):
        return Way(conversation, content, outside=False)
    template = _template(telling.client.language, settings)
    filled = rules.in_template(template, *_values(telling, settings)) if template else None
    if filled is None:
        return None
    return Way(conversation, replace(content, template=filled, buttons=()), outside=True)


def _content(telling: Telling, settings: Settings, now: datetime) -> Content:
    outage, announcement = telling.outage, telling.announcement
    language, timezone = telling.client.language, settings.desk.timezone
    words = announcement_words.told_to_client(outage, announcement, language, timezone)
    has_room = len(words) <= LONGEST_WITH_BUTTON
    return Content(
        text=words if has_room else f"{words}\n\n{text('announcement_opt_out', language)}",
        html=True,
        silent=settings.announcements.is_quiet(announcement, now, timezone),
        buttons=((opt_out_button(language),),) if has_room else (),
        sent_as=announcement_statuses.sent_as(telling.delivery),
    )


def _template(language: str, settings: Settings) -> Template | None:
    name = settings.announcements.whatsapp.templates.get(language)
    return next((each for each in in_language(settings.templates, language) if each.name == name), None)


def _values(telling: Telling, settings: Settings) -> tuple[str, str, str]:
    language, announcement = telling.client.language, telling.announcement
    until = announcement.expected_at
    time = clock_time(until, settings.desk.timezone, language) if until else ""
    return telling.outage.title, announcement.text[language], time
