"""The voice of the client through the real triggers: one tap, in each of the five messengers; words; a call-back."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.stack.conftest import MARINA, Desk, Json, eventually, http
from tests.stack.people import MESSENGERS, Person


class Voice(Person):
    """A client in one of the messengers whose question was closed a moment ago."""

    def __init__(self, desk: Desk, messenger: str) -> None:
        super().__init__(desk, messenger)
        self.ticket = str(eventually(self._ticket))
        desk.admin("POST", f"/admin/tickets/{self.ticket}/actions", {"action": "close"})
        self.invitation = str(eventually(lambda: self._asked("csat")))

    @property
    def answer(self) -> Json:
        found = [item for item in self.desk.items("voice") if item["pk"] == f"INVITATION#{self.invitation}"]
        answer: Json = json.loads(found[0]["body"])
        return answer

    def _ticket(self) -> str | None:
        chat = f"CHAT#{self.messenger}:{self.desk.stack.accounts[self.messenger]}:{self.user}"
        found = (item for item in self.desk.items() if item["pk"] == chat and item["sk"].startswith("TICKET#"))
        return next((json.loads(item["body"])["id"] for item in found), None)

    def _asked(self, kind: str) -> str | None:
        """The id of the invitation that this client got."""
        invitations = [item for item in self.desk.items("voice") if item["pk"].startswith("INVITATION#")]
        made = [each for each in (json.loads(item["body"]) for item in invitations) if each["ticket_id"] == self.ticket]
        return str(made[0]["id"]) if made and self._is_shown(kind) else None

    def _is_shown(self, kind: str) -> bool:
        return any(f"{kind}:" in json.dumps(message) for message in self.messages())


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_one_tap_is_one_tap_and_words_may_follow(desk: Desk, messenger: str) -> None:
    voice = Voice(desk, messenger)
    voice.taps(f"csat:{voice.invitation}:5")
    eventually(lambda: voice.answer["score"] == 5)
    voice.taps(f"survey_comment:{voice.invitation}")
    eventually(lambda: voice.told("in one message"))
    voice.says("Fast {and} <kind> 🙂")
    eventually(lambda: voice.answer["comment"] == "Fast {and} <kind> 🙂")
    assert desk.admin("GET", f"/admin/tickets/{voice.ticket}")["status"] == "closed"


def test_two_taps_at_once_are_one_answer_and_one_call_back(desk: Desk) -> None:
    voice = Voice(desk, "telegram")
    shown = voice.shown(f"csat:{voice.invitation}:1")
    taps = [_tap(desk, voice.user, shown["message_id"], f"csat:{voice.invitation}:1", n) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(desk.webhook, taps)) == [200] * 4
    alerts = eventually(lambda: [text for text in desk.texts_to(MARINA) if f"Client {voice.user}" in text])
    assert (voice.answer["score"], voice.answer["version"], len(alerts)) == (1, 2, 1)
    assert f"Question {voice.user}" in alerts[0]
    done = {"action": "callback_done", "result": "wrote", "staff": "marina"}
    ticket = desk.admin("GET", f"/admin/tickets/{voice.ticket}")
    assert (ticket["status"], ticket["cycles"][-1]["metric"]) == ("closed", "callback")
    staff = next(
        each["id"] for each in desk.admin("GET", "/admin/settings/staff")["members"] if each["role"] == "manager"
    )
    after = desk.admin("POST", f"/admin/tickets/{voice.ticket}/actions", {**done, "staff": staff})
    assert after["cycles"][-1]["ended_by"] == "done"


def _tap(desk: Desk, user: int, message_id: int, data: str, n: int) -> Json:
    person = {"id": user, "is_bot": False, "first_name": f"Client {user}", "language_code": "en"}
    message = {"message_id": message_id, "chat": {"id": user, "type": "private"}, "date": 1}
    query = {"id": f"{user}{n}", "from": person, "message": message, "data": data}
    return {"update_id": 800_000 + user + n, "callback_query": query}


def test_themes_are_marked_counted_and_told_to_the_developers(desk: Desk) -> None:
    voice = Voice(desk, "telegram")
    title = f"Cannot find the button of {voice.user}"
    desk.write_in(voice.topic, f"/theme {title}")
    offered = eventually(lambda: [each for each in desk.chat(desk.group) if "theme_new:" in json.dumps(each)])[-1]
    button = next(data for data in re.findall(r"theme_new:\w+:\w+", json.dumps(offered)) if voice.ticket in data)
    assert "noted" in desk.tap(desk.group, offered["message_id"], button)
    [theme] = [each for each in desk.admin("GET", "/admin/themes")["items"] if each["title"] == title]
    assert (theme["clients"], theme["before"]) == (1, 0)
    _mark_an_hour_ago(desk, voice, theme["id"])
    desk.admin("PATCH", f"/admin/themes/{theme['id']}", {"title": f"The button hides from {voice.user}"})
    title = f"=The pay button of {voice.user}"
    kept = desk.admin("POST", "/admin/themes", {"title": title})
    desk.admin("POST", f"/admin/themes/{theme['id']}/merge", {"into": kept["id"]})
    themes = {each["title"]: each["clients"] for each in desk.admin("GET", "/admin/themes")["items"]}
    assert themes[title] == 1
    assert not any(each.startswith("The button hides") for each in themes)
    token = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": "text/csv"}
    exported = http("GET", f"{desk.stack.api_url}/admin/themes/export", headers=token)[1].decode()
    assert f"'{title}" in exported
    moment = datetime.now(ZoneInfo("Europe/Moscow")) - timedelta(minutes=1)
    desk.settle("weekly", {"weekday": f"{moment:%a}".lower(), "at": f"{moment:%H:%M}"})
    desk.stack.renew("rhythm")
    assert desk.stack.invoke("rhythm")["digests"] == 1
    assert desk.stack.invoke("rhythm")["digests"] == 0
    told = eventually(lambda: [text for text in desk.texts_to(desk.group) if "What clients met with" in text])
    assert title in told[-1]
    assert "Question … in telegram" in told[-1]
    desk.settle("weekly", {})


def _mark_an_hour_ago(desk: Desk, voice: Voice, theme: str) -> None:
    """The digest tells what was marked before its moment, which has passed: as if the mark had been made then."""
    table = {"TableName": "vipdesk-local-voice", "Key": {"pk": {"S": f"MARKS#{voice.ticket}"}, "sk": {"S": theme}}}
    item = desk.stack.aws("dynamodb").get_item(**table)["Item"]
    mark = json.loads(item["body"]["S"])
    then = (datetime.now(UTC) - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    place = f"{then}#{voice.ticket}#{theme}"
    item |= {"body": {"S": json.dumps({**mark, "at": then})}, "listed_order": {"S": place}}
    desk.stack.aws("dynamodb").put_item(TableName=table["TableName"], Item=item)


def test_three_complaints_are_proposed_to_the_manager_whose_tap_makes_one_of_our_clients(desk: Desk) -> None:
    """By the command, by the card, and by the admin endpoint, about questions from three messengers of the same client."""
    user = desk.stranger()
    users = {"telegram": user, "vk": user, "viber": f"viber-{user}=="}
    identities = [{"messenger": messenger, "user": str(each)} for messenger, each in users.items()]
    client = desk.admin("POST", "/admin/clients", {"name": f"Client {user}", "identities": identities})
    for messenger, each in users.items():
        desk.sandbox("/say", messenger=messenger, user=each, name="x", text=f"Empty again in {messenger}, {user}")
        topic = _topic_of(desk, f"Empty again in {messenger}, {user}")
        eventually(lambda: _current(desk, client) == messenger)  # noqa: B023
    tickets = {each["messenger"]: each for each in _tickets_of(desk, client)}
    marked = desk.admin("POST", f"/admin/tickets/{tickets['telegram']['id']}/actions", {"action": "complaint"})
    assert marked["complaint"]["at"]
    desk.write_in(topic, "/complaint")  # about the newest question, that from Viber
    eventually(
        lambda: [each for each in _tickets_of(desk, client) if each["messenger"] == "viber" and each["complaint"]]
    )
    before = {each["id"]: each["next_due"]["at"] for each in _tickets_of(desk, client)}
    actions = [{"action": "complaint", "staff": "oleg"}] * 3
    path = f"/admin/tickets/{tickets['vk']['id']}/actions"
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda action: desk.admin("POST", path, action), actions))
    words = f"Client {user} has told us 3 times in 90 days"
    proposal = eventually(lambda: [each for each in desk.chat(MARINA) if words in each.get("text", "")])[0]
    assert desk.tap(MARINA, proposal["message_id"], "⭐ Yes, our client", staff=MARINA).startswith("One of our clients")
    after = eventually(lambda: [each for each in _tickets_of(desk, client) if each["client"]["tier"] == "our"])
    assert len(after) == 3
    assert all(each["next_due"]["at"] < before[each["id"]] for each in after)
    assert sum(f"<b>Client {user}</b> has told us" in text for text in desk.texts_to(MARINA)) == 1


def _topic_of(desk: Desk, words: str) -> int:
    """Where the team sees these words, be they headed by the name of another messenger."""
    shown = eventually(lambda: [call for call in desk.calls("sendMessage") if call["text"].endswith(words)])
    return int(shown[0]["message_thread_id"])


def _current(desk: Desk, client: Json) -> str:
    """Where an answer goes."""
    return str(desk.admin("GET", f"/admin/clients/{client['id']}")["current"]["messenger"])


def _tickets_of(desk: Desk, client: Json) -> list[Json]:
    found: list[Json] = desk.admin("GET", f"/admin/tickets?client={client['id']}")["items"]
    return found
