"""A personal link: whoever opens it is the client it was made for. It works once, for two weeks, in one messenger.

A link carries a token, the link's id and a signature (``use_cases.personal_links``), 57 characters of A-Z, a-z, 0-9, "_"
and "-". Telegram takes 64 of exactly these, MAX 512 of any; VK, Viber and WhatsApp name no limit.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import Author

VALID_FOR = timedelta(days=14)
ID_CHARACTERS = 14  # of ``identifiers.new_id``

TOKEN = re.compile(rf"[0-9a-z]{{{ID_CHARACTERS}}}[A-Za-z0-9_-]{{43}}", re.ASCII)

# What stands in the client's field of text when a link of WhatsApp is opened: a few words of ours, and the token.
_PREPARED = re.compile(rf"[^\n]{{0,60}}\s({TOKEN.pattern})\s*", re.ASCII)


class Refusal(StrEnum):
    """Why a genuine link proves nothing now."""

    USED = "used"
    EXPIRED = "expired"
    ELSEWHERE = "elsewhere"  # opened in another messenger than it was made for


@dataclass(frozen=True)
class PersonalLink:
    id: str
    client_id: str
    messenger: str
    created_at: datetime
    expires_at: datetime
    made_by: Author
    used_at: datetime | None = None
    used_by: Identity | None = None
    version: int = 0

    def refusal(self, identity: Identity, now: datetime) -> Refusal | None:
        if self.used_by is not None:
            return Refusal.USED
        if now >= self.expires_at:
            return Refusal.EXPIRED
        return Refusal.ELSEWHERE if identity.messenger != self.messenger else None

    def used(self, identity: Identity, now: datetime) -> "PersonalLink":
        return replace(self, used_at=now, used_by=identity)


def in_prepared_words(text: str) -> str | None:
    """The token in a message that was sent as a link had prepared it; None for any other."""
    found = _PREPARED.fullmatch(text)
    return found[1] if found else None


def _whatsapp(number: str, _token: str, words: str) -> str:
    """https://faq.whatsapp.com/5913398998672934: there is no hidden parameter, only words that the person sends."""
    return f"https://wa.me/{number}?text={quote(words)}"


# How a link is written, by messenger: our address there, the token, and the words that carry it where nothing else can.
_LINKS: Mapping[str, Callable[[str, str, str], str]] = {
    # https://core.telegram.org/bots/features#deep-linking
    "telegram": lambda bot, token, _: f"https://t.me/{bot}?start={token}",
    "whatsapp": _whatsapp,
    # https://dev.vk.com/ru/api/community-messages/getting-started
    "vk": lambda community, token, _: f"https://vk.me/{community}?ref={token}",
    # https://developers.viber.com/docs/tools/deep-links/
    "viber": lambda bot, token, _: f"viber://pa?chatURI={bot}&context={token}",
    # https://dev.max.ru/docs-api/objects/Update, bot_started
    "max": lambda bot, token, _: f"https://max.ru/{bot}?start={token}",
}


def url(messenger: str, address: str, token: str, words: str) -> str:
    return _LINKS[messenger](address, token, words)


_CHATS: Mapping[str, str] = {
    "telegram": "https://t.me/{}",
    "whatsapp": "https://wa.me/{}",
    "vk": "https://vk.me/{}",
    "viber": "viber://pa?chatURI={}",
    "max": "https://max.ru/{}",
}


def chat_url(messenger: str, address: str) -> str:
    """Where anybody can write to us."""
    return _CHATS[messenger].format(address)
