"""``/card …`` in a client's topic: the team adds a line to the longer part of the client's card."""

from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Content
from chalicelib.desk.tickets import NotAllowed
from chalicelib.texts import text
from chalicelib.use_cases import registry
from chalicelib.use_cases.asked import Asked


def add(asked: Asked) -> str:
    if asked.client_id is None:
        return asked.refuse("card_of_which")
    if not asked.words:
        return asked.refuse("card_without_words")
    by = asked.member.author if asked.member else Author("telegram", "Telegram")
    try:
        registry.note_down(asked.client_id, asked.words, by, asked.at or asked.now, asked.settings, asked.now)
    except NotAllowed as refusal:
        return asked.refuse(refusal.reason)
    words = text("card_noted", asked.settings.desk.language)
    asked.answer(Content(text=words))
    return words
