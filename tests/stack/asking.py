"""A client who was asked how it went, on the running stack: what tests of the survey page begin with."""

import re
from dataclasses import dataclass

from chalicelib.desk.survey_links import signed
from tests.stack.conftest import Desk, eventually


@dataclass(frozen=True)
class Asked:
    """``url`` is the link that a messenger without buttons would carry."""

    desk: Desk
    ticket: str
    url: str

    @property
    def key(self) -> tuple[str, str]:
        """Of the invitation, in the table of voices."""
        return f"INVITATION#{self.url.split('/survey/')[1].split('.')[0]}", "INVITATION"

    @property
    def answers(self) -> list[tuple[int, str]]:
        """Grade and comment, as the operator sees them."""
        items = self.desk.admin("GET", "/admin/surveys?order=latest&limit=100")["items"]
        return [(item["score"], item["comment"]) for item in items if item["ticket"] == self.ticket]


def ask(desk: Desk) -> Asked:
    """A stranger writes, and the ticket is closed."""
    user = desk.stranger()
    desk.say(user, f"Hello from {user}")

    def opened() -> str | None:
        listed = desk.admin("GET", "/admin/tickets?tier=everyone&limit=100")["items"]
        return next((item["id"] for item in listed if item["client"]["name"] == f"Client {user}"), None)

    def invitation() -> str | None:
        calls = desk.calls("sendMessage", chat_id=user)
        found = (re.search(r"csat:(\w+):5", str(call.get("reply_markup"))) for call in calls)
        return next((match[1] for match in found if match), None)

    ticket = str(eventually(opened))
    desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "close"})
    return Asked(desk, ticket, link(desk, str(eventually(invitation))))


def link(desk: Desk, invitation_id: str) -> str:
    key = desk.stack.aws("ssm").get_parameter(Name="/vipdesk/local/survey_key", WithDecryption=True)
    token = signed(invitation_id, key["Parameter"]["Value"].split())
    return f"{desk.stack.api_url}/survey/{token}"
