"""``/complaint`` and ``/praise``: the team says what it heard in what a client wrote. The card takes it back with one tap."""

from chalicelib.desk.tickets import Feedback
from chalicelib.texts import text
from chalicelib.use_cases import explaining, tickets
from chalicelib.use_cases.asked import Asked


def complaint(asked: Asked) -> str:
    return _mark(Feedback.COMPLAINT, asked)


def praise(asked: Asked) -> str:
    return _mark(Feedback.PRAISE, asked)


def _mark(feedback: Feedback, asked: Asked) -> str:
    """The newest ticket of the client in whose topic it is asked; what follows is for colleagues to read."""
    if asked.member is None:
        return asked.refuse("only_staff")
    ticket = explaining.newest_in_topic(asked)
    if ticket is None:
        return asked.refuse("feedback_of_which")
    doing = tickets.Doing(asked.now, asked.member.author, asked.member)
    tickets.act(feedback, ticket.id, doing, asked.settings, once=asked.once)
    return text(f"done_{feedback}", asked.settings.desk.language)
