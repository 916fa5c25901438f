"""How the team sees a message in the client's topic: its words and files, or what it is when it is neither."""

from dataclasses import replace

from chalicelib.desk.clients import Identity
from chalicelib.desk.files import contents
from chalicelib.desk.messages import IncomingMessage, Kind, MessageKey
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Desk
from chalicelib.messengers import ADAPTERS
from chalicelib.texts import clock_time, text
from chalicelib.use_cases import files, quoting

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


def relayed(message: IncomingMessage, identity: Identity, desk: Desk, *, silent: bool, is_late: bool) -> list[Content]:
    """The message as the topic gets it. Telegram's own files are shown there as they are; those of other messengers are
    named, and a button opens each. What ``is_late``, come after what was written later, says so, since a topic
    keeps the order of arrival. Telegram itself keeps the order of a chat, so its files need no such words."""
    language = desk.language
    telegram, found = ADAPTERS["telegram"], files.of_message(identity.messenger, identity.account, message.attachments)
    if identity.messenger == "telegram" and found and all(file.attachment.kind in telegram.files for file in found):
        caption = "" if message.kind is Kind.STICKER else message.text  # a sticker's text is the emoji it shows
        said = contents(caption, "", found, telegram.files, telegram.longest_text)
    else:
        words = shown(message, language)
        if is_late:
            at = clock_time(message.at, desk.timezone, language)
            words = text("shown_late", language, at=at, text=words)
        first, *rest = contents(words, "", (), {}, telegram.longest_text)
        said = [replace(first, files=found), *rest]
    answers = quoting.in_chat(identity, message.chat, message.reply_to)
    first, *rest = (replace(content, silent=silent, album=message.album) for content in said)
    return [replace(first, answers=answers), *rest]


def removal_shown(words: str, of: MessageKey | None, language: str) -> Content:
    """That the client took a message back, under that message where the topic shows it already."""
    return Content(text=text("shown_removal", language, text=words[:MOST_SHOWN]), silent=True, answers=of)
