"""``/spam``: what somebody sent everybody is closed, and nobody is asked how it went."""

from chalicelib.desk.tickets import Closing, NotAllowed
from chalicelib.store.table import NotFound
from chalicelib.texts import text
from chalicelib.use_cases import explaining, tickets
from chalicelib.use_cases.asked import Asked


def as_spam(asked: Asked) -> str:
    """The newest ticket of the client in whose topic it is asked."""
    if asked.member is None:
        return asked.refuse("only_staff")
    try:
        ticket = explaining.ticket_of(asked)
        if ticket is None:
            return asked.refuse("spam_of_which")
        doing = tickets.Doing(asked.now, asked.member.author, asked.member, reason=Closing.SPAM)
        tickets.act("close", ticket.id, doing, asked.settings, once=asked.once)
    except NotFound:
        return asked.refuse("no_such_ticket")
    except NotAllowed as refusal:
        return asked.refuse(refusal.reason)
    return text("done_spam", asked.settings.desk.language)
