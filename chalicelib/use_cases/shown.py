"""A message as words the team can read: its text, or what it is when it is no text."""

from chalicelib.desk.messages import IncomingMessage, Kind
from chalicelib.texts import text

MOST_SHOWN = 3800  # characters of a text that is shown under a heading: Telegram takes 4096 in all


def shown(message: IncomingMessage, language: str) -> str:
    """Text as it is; anything else as a placeholder with its name and caption. What was said is never left out."""
    if message.kind is Kind.TEXT:
        return message.text
    what = text(f"shown_{message.kind}", language)
    if message.kind is Kind.REACTION:
        return text("shown_named", language, what=what, name=message.text or text("reaction_removed", language))
    if message.attachments and message.attachments[0].name:
        what = text("shown_named", language, what=what, name=message.attachments[0].name)
    return text("shown_with_text", language, what=what, text=message.text) if message.text else what
