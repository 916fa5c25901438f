"""A question that did not arrive, as the messenger says at once or later. WhatsApp's window may have closed since it was asked:
then it goes once more, in an approved template. Otherwise it is over, and counts among those asked no longer.

    attempt 1 ──window closed, there is a template──▶ attempt 2 ──▶ undelivered
        └───────────── anything else ──────────────────────────────────▲

What names the question to the messenger names the attempt too, so that the same news again changes nothing.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import DeliveryState, IncomingStatus
from chalicelib.desk.outbound import Outbound, Purpose, State
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import MARK
from chalicelib.store import voice
from chalicelib.store.table import Item, commit, retrying
from chalicelib.use_cases import invitations, survey_questions
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)


def is_of_survey(status: IncomingStatus) -> bool:
    return status.sent_as is not None and status.sent_as.startswith(f"{MARK}:")


def receive(status: IncomingStatus, settings: Settings, now: datetime) -> None:
    """The messenger had taken it. That it was delivered or read changes nothing."""
    if status.state is DeliveryState.FAILED:
        retrying(lambda: _receive(status, settings, now))


def _receive(status: IncomingStatus, settings: Settings, now: datetime) -> None:
    leaving = Leaving(milliseconds(now), now)
    if changes := _failed(status.sent_as or "", status.reason, leaving, settings):
        commit(*changes, *leaving.items())
        leaving.nudge()


def after_question(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """The messenger would not take it."""
    if item.content.sent_as is None or item.state not in (State.FAILED, State.UNREACHABLE):
        return []
    return _failed(item.content.sent_as, item.reason, leaving, settings)


def _failed(sent_as: str, reason: str | None, leaving: Leaving, settings: Settings) -> list[Item]:
    invitation = voice.invitation(sent_as.split(":")[1])
    if sent_as != invitation.sent_as or invitation.undelivered or invitation.answered_at:
        return []
    log.info("survey__not_delivered", extra={"invitation_id": invitation.id, "reason": reason})
    again = replace(invitation, attempt=invitation.attempt + 1)
    if invitation.attempt == 1 and reason == "window_closed":
        link = invitations.link(invitation.id)
        if question := survey_questions.question(again, link, settings, by_template=True):
            leaving.client_id, leaving.ticket_id = again.client_id, again.ticket_id or None
            leaving.to_client(again.identity, Purpose.SURVEY, question)
            return [voice.invitation_item(again)]
    return [voice.invitation_item(replace(invitation, undelivered=True))]
