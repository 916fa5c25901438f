"""Clients who are asked what they think, on the running stack: weeks are passed by writing the past into the tables."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.desk.surveys import Kind
from chalicelib.desk.waves import quarter_of
from chalicelib.store.table import timestamp
from tests.stack.asking import link
from tests.stack.conftest import Desk, Json, eventually, http
from tests.stack.people import Person

Settle = Callable[..., None]
NEVER = {"begins": "03:00", "ends": "03:00"}  # is it quiet
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Voice(Person):
    """A client in one of the messengers whose question was closed a moment ago, answered before if ``answered_by`` says by
    whom."""

    def __init__(self, desk: Desk, messenger: str, answered_by: int = 0) -> None:
        super().__init__(desk, messenger)
        if answered_by:
            desk.write_in(self.topic, f"Solved for {self.user}", answered_by)
            eventually(lambda: self.told(f"Solved for {self.user}"))
        self.ticket = self.newest_ticket
        self.is_closed()
        self.invitation = self.is_asked()

    @property
    def answer(self) -> Json:
        return edited(self.desk, "voice", f"INVITATION#{self.invitation}", "INVITATION")

    def is_closed(self, **more: str) -> None:
        self.desk.admin("POST", f"/admin/tickets/{self.ticket}/actions", {"action": "close", **more})

    def is_asked(self) -> str:
        """The id of the newest invitation to grade the ticket, as soon as it is shown to them."""
        made = [each for each in every_invitation(self.desk) if each["ticket_id"] == self.ticket]
        newest = max(str(each["id"]) for each in made)
        self.shown(f"csat:{newest}:5")
        return newest

    def asks_again(self, text: str) -> None:
        """Another question, of which the team knows: of a ticket of its own, or of the newest that is reopened by it."""
        self.says(text)
        eventually(lambda: self.status_of(self.newest_ticket) == "open")
        self.ticket = self.newest_ticket

    def status_of(self, ticket: str) -> str:
        return str(self.desk.admin("GET", f"/admin/tickets/{ticket}")["status"])


@pytest.fixture
def settings_for_a_while(desk: Desk) -> Iterator[Settle]:
    """Of the surveys, known to these functions at once: ``api`` closes tickets and shows pages, ``rhythm`` asks in waves."""
    renewed: set[str] = set()

    def settle(*functions: str, **surveys: object) -> None:
        desk.settle("surveys", surveys)
        renewed.update(functions)
        desk.stack.renew(*functions)

    yield settle
    settle(*renewed)


def posted(desk: Desk, invitation_id: str, **fields: str | int) -> int:
    """The status of what the page of this invitation answers to its form."""
    return http("POST", link(desk, invitation_id), urlencode(fields).encode(), FORM)[0]


def every_invitation(desk: Desk) -> list[Json]:
    return [json.loads(item["body"]) for item in desk.items("voice") if item["pk"].startswith("INVITATION#")]


def invitations(desk: Desk, client_id: str, *kinds: Kind) -> list[Json]:
    found = [each for each in every_invitation(desk) if each["client_id"] == client_id]
    return [each for each in found if each["kind"] in kinds]


def invitation(desk: Desk, client_id: str, kind: Kind) -> Json:
    [found] = invitations(desk, client_id, kind)
    return found


def asked(desk: Desk, kind: Kind) -> set[str]:
    return {each["client_id"] for each in every_invitation(desk) if each["kind"] == kind}


def begins_anew(desk: Desk, *kinds: Kind) -> None:
    """The waves of this quarter, which had been planned before these people were there."""
    for kind in kinds:
        key = {"pk": {"S": f"WAVE#{kind}"}, "sk": {"S": quarter_of(datetime.now(UTC))}}
        desk.stack.aws("dynamodb").delete_item(TableName="vipdesk-local-voice", Key=key)


def was_asked(desk: Desk, client_id: str, kind: str, days: int) -> None:
    def change(last: Json) -> None:
        last["at"][kind] = ago(days=days)

    edited(desk, "voice", f"PERSON#{client_id}", "ASKED", change)


def was_closed(person: Voice, days: int) -> None:
    edited(
        person.desk,
        "desk",
        person.chat,
        f"TICKET#{person.ticket}",
        lambda ticket: ticket.update(closed_at=ago(days=days)),
    )


def ago(**span: float) -> str:
    """As tables keep times."""
    return timestamp(datetime.now(UTC) - timedelta(**span))


def edited(
    desk: Desk, table: str, pk: str, sk: str, change: Callable[[Json], None] = lambda _: None, **attributes: str
) -> Json:
    """The body of an item as it is now, after ``change``; ``attributes`` say its new places in indexes. What somebody else
    changed in between is kept."""
    name, dynamodb = f"vipdesk-local-{table}", desk.stack.aws("dynamodb")
    item = dynamodb.get_item(TableName=name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True)["Item"]
    before = item["body"]
    body: Json = json.loads(before["S"])
    change(body)
    if not attributes and body == json.loads(before["S"]):
        return body
    places = {attribute: {"S": value} for attribute, value in attributes.items()}
    try:
        dynamodb.put_item(
            TableName=name,
            Item={**item, "body": {"S": json.dumps(body)}, **places},
            ConditionExpression="body = :before",
            ExpressionAttributeValues={":before": before},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return edited(desk, table, pk, sk, change, **attributes)
    return body


def tokens_in(person: Person, words: str) -> list[str]:
    """Of the survey links in the messages that say so, the earliest first."""
    eventually(lambda: person.told(words))
    told = [json.dumps(message, ensure_ascii=False) for message in person.messages()]
    return [token for said in told if words in said for token in re.findall(r"/survey/([\w.-]+)", said)]
