"""Whom the team can find in a second, day or night: VIPs and our clients with their contacts, those who never wrote too."""

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.directory import is_meant
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.splitting import length
from chalicelib.store import clients, conversations
from chalicelib.texts import text
from chalicelib.use_cases import cards
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.serving import today

LISTED = (Tier.VIP, Tier.OUR)
LONGEST = 3500  # UTF-16 units, of the 4096 that Telegram takes


def show(asked: Asked) -> str:
    """``/vip``: answered where it was asked."""
    asked.answer(Content(text=answer(asked.words, asked.settings, asked.now), html=True))
    return text("done_vip", asked.settings.desk.language)


def answer(words: str, settings: Settings, now: datetime) -> str:
    """Who is meant by ``words``, VIPs first; without any words, the VIPs whose questions are open. As HTML."""
    language = settings.desk.language
    if words:
        found = [client for tier in LISTED for client in clients.of_tier(tier) if is_meant(client, words)]
    else:
        found = _with_open_questions()
    if not found:
        return text("directory_nobody" if words else "directory_no_questions", language)
    return _as_fits([shown(client, today(settings, now), language) for client in found], language)


def _with_open_questions() -> list[Client]:
    """The most urgent first."""
    ids = dict.fromkeys(ticket.client_id for _, ticket in conversations.open_of_tier(Tier.VIP))
    known = clients.by_ids(ids)
    return [known[each] for each in ids if each in known]


def shown(client: Client, day: date, language: str) -> str:
    """The head of their card, and the way to their topic."""
    lines = [text(f"card_{client.tier}", language, html=True, name=client.name)]
    lines += cards.who(client, language) + cards.term(client, day, language)
    if client.topic:
        lines.append(text("directory_topic", language, url=client.topic.url))
    return "\n".join(lines)


def _as_fits(people: Sequence[str], language: str) -> str:
    shown = [people[0]]
    for person in people[1:]:
        if length("\n\n".join((*shown, person))) > LONGEST:
            break
        shown.append(person)
    if more := len(people) - len(shown):
        shown.append(text("directory_more", language, n=more))
    return "\n\n".join(shown)
