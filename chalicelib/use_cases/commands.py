"""Commands of the team: in its groups, whatever the topic, and in private with the bot. A new one is a row of the table.

None of them reaches a client, and neither does what only looks like one: ``team_messages`` says so in the topic.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from chalicelib.desk.commands import Command, command_in
from chalicelib.desk.messages import IncomingMessage, Kind
from chalicelib.desk.settings import Settings
from chalicelib.store import clients
from chalicelib.store.table import retrying
from chalicelib.use_cases import card_lines, closing, directory, explaining, marking, promising, queue, themes, way_back
from chalicelib.use_cases.asked import Asked, by_command

log = logging.getLogger(__name__)

# Each answers where it was asked, and returns what whoever tapped its button sees. ``texts`` describe them: command_….
COMMANDS: dict[str, Callable[[Asked], str]] = {
    "queue": queue.show,
    "next": queue.take_next,
    "why": explaining.why,
    "promise": promising.promise,
    "vip": directory.show,
    "card": card_lines.add,
    "spam": closing.as_spam,
    "mark": way_back.mark,
    "theme": themes.show,
    "complaint": marking.complaint,
    "praise": marking.praise,
}


def command_of(message: IncomingMessage, settings: Settings) -> Command | None:
    """The command that somebody of the team gives us. What was forwarded is nobody's command, and one may be another bot's."""
    if message.kind is not Kind.TEXT or message.forwarded:
        return None
    found = command_in(message.text)
    ours = settings.desk.addresses.get("telegram")
    if found is None or found.name not in COMMANDS or (found.bot and ours and found.bot.lower() != ours.lower()):
        return None
    return found


def receive(message: IncomingMessage, command: Command, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before."""
    client_id = clients.client_of_topic(message.chat, message.thread) if message.thread else None
    asked = by_command(message, command.words, client_id, settings, now)
    retrying(lambda: COMMANDS[command.name](asked))
    log.info("command__done", extra={"command": command.name})
