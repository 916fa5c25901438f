"""The voice of the client through the real triggers: one tap, in each of the five messengers; words; a call-back."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.store.table import timestamp
from tests.stack.conftest import MARINA, OLEG, Desk, Json, eventually, http
from tests.stack.people import MESSENGERS
from tests.stack.voices import Voice, ago, edited, posted

SAID = {5: ("Oleg knew at once", "Three minutes!", "Oleg's idea"), 4: ("Oleg was late", "In the end")}


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_one_tap_is_one_tap_words_may_follow_and_another_grade(desk: Desk, messenger: str) -> None:
    """The other grade is tapped twice at once, and is the lowest: one answer, one call-back, and the ticket stays closed."""
    voice = Voice(desk, messenger)
    voice.taps(f"csat:{voice.invitation}:5")
    eventually(lambda: voice.answer["score"] == 5)
    voice.taps(f"survey_comment:{voice.invitation}")
    eventually(lambda: voice.told("in one message"))
    voice.says("Fast {and} <kind> 🙂")
    eventually(lambda: voice.answer["comment"] == "Fast {and} <kind> 🙂")
    before = voice.answer["version"]
    voice.taps(f"survey_change:{voice.invitation}")
    voice.taps(f"csat:{voice.invitation}:1", at_once=2)
    eventually(lambda: voice.told("Thank you for being open"))
    eventually(lambda: [text for text in desk.texts_to(MARINA) if f"Client {voice.user}" in text])
    assert (voice.answer["score"], voice.answer["version"]) == (1, before + 1)
    assert voice.answer["comment"] == "Fast {and} <kind> 🙂"
    assert voice.told("Thank you for being open") == 1
    assert sum(f"Client {voice.user}" in text for text in desk.texts_to(MARINA)) == 1
    ticket = desk.admin("GET", f"/admin/tickets/{voice.ticket}")
    assert (ticket["status"], ticket["cycles"][-1]["metric"]) == ("closed", "callback")


def test_two_taps_at_once_are_one_answer_and_one_call_back_with_a_message_ready(desk: Desk) -> None:
    voice = Voice(desk, "telegram")
    desk.admin("PATCH", f"/admin/clients/{voice.client_id}", {"tier": "vip"})
    voice.asks_again("It is empty again")
    voice.is_closed()
    voice.invitation = voice.is_asked()
    shown = voice.shown(f"csat:{voice.invitation}:1")
    taps = [_tap(desk, voice.user, shown["message_id"], f"csat:{voice.invitation}:1", n) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(desk.webhook, taps)) == [200] * 4
    alerts = eventually(lambda: [text for text in desk.texts_to(MARINA) if f"Client {voice.user}</b> gave 1" in text])
    assert (voice.answer["score"], voice.answer["version"], len(alerts)) == (1, 2, 1)
    assert f"Question {voice.user}" in alerts[0]
    assert "Thank you for your honest grade" in alerts[0]
    [alert] = [each for each in desk.chat(MARINA) if f"Client {voice.user} gave 1" in each.get("text", "")]
    desk.tap(MARINA, alert["message_id"], "👋 Send this message", staff=MARINA)
    eventually(lambda: voice.told("My name is Marina Sokolova"))
    callback = desk.admin("GET", f"/admin/tickets/{voice.ticket}")["cycles"][-1]
    began, due = (datetime.fromisoformat(callback[at]) for at in ("started_at", "due_at"))
    assert (callback["metric"], due - began) == ("callback", timedelta(minutes=20))
    desk.tap(MARINA, alert["message_id"], "✉️ No answer, we wrote", staff=MARINA)
    after = desk.admin("GET", f"/admin/tickets/{voice.ticket}")
    assert (after["status"], after["cycles"][-1]["ended_by"]) == ("closed", "done")


def _tap(desk: Desk, user: int, message_id: int, data: str, n: int) -> Json:
    person = {"id": user, "is_bot": False, "first_name": f"Client {user}", "language_code": "en"}
    message = {"message_id": message_id, "chat": {"id": user, "type": "private"}, "date": 1}
    query = {"id": f"{user}{n}", "from": person, "message": message, "data": data}
    return {"update_id": 800_000 + user + n, "callback_query": query}


def test_themes_are_marked_counted_renamed_merged_and_offered_again(desk: Desk) -> None:
    voice = Voice(desk, "telegram")
    title = f"Cannot find the button of {voice.user}"
    desk.write_in(voice.topic, f"/theme {title}")
    offered = eventually(lambda: [each for each in desk.chat(desk.group) if "theme_new:" in json.dumps(each)])[-1]
    button = next(data for data in re.findall(r"theme_new:\w+:\w+", json.dumps(offered)) if voice.ticket in data)
    assert "noted" in desk.tap(desk.group, offered["message_id"], button)
    [theme] = [each for each in desk.admin("GET", "/admin/themes")["items"] if each["title"] == title]
    assert (theme["clients"], theme["before"]) == (1, 0)
    desk.admin("PATCH", f"/admin/themes/{theme['id']}", {"title": f"The button hides from {voice.user}"})
    title = f"=The pay button of {voice.user}"
    kept = desk.admin("POST", "/admin/themes", {"title": title, "component": "Payments"})
    desk.admin("POST", f"/admin/themes/{theme['id']}/merge", {"into": kept["id"]})
    themes = {each["title"]: each for each in desk.admin("GET", "/admin/themes")["items"]}
    counted = themes[title]
    assert (counted["clients"], counted["tiers"]["everyone"], counted["component"]) == (1, 1, "Payments")
    assert not any(each.startswith("The button hides") for each in themes)
    desk.write_in(voice.topic, f"/theme pay button of {voice.user}")
    eventually(lambda: any("There are similar themes" in text and title in text for text in desk.texts_to(desk.group)))
    token = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": "text/csv"}
    exported = http("GET", f"{desk.stack.api_url}/admin/themes/export", headers=token)[1].decode()
    assert f"'{title}" in exported


def test_of_five_answers_the_developers_hear_and_only_then_somebody_is_named_beside_them(desk: Desk) -> None:
    """Whoever has the ticket afterwards: those who had answered the client stay those of the grade."""
    began, title = ago(), f"Nobody finds the button, {desk.stranger()}"
    voices: list[Voice] = []
    for grade, words in [(grade, words) for grade, said in SAID.items() for words in said]:
        voice = Voice(desk, "telegram", answered_by=OLEG)
        assert "Oleg" not in str(voice.shown(f"csat:{voice.invitation}:5"))
        for action, of in (("reopen", {}), ("take", {"staff": "marina"}), ("theme", {"theme": title})):
            desk.admin("POST", f"/admin/tickets/{voice.ticket}/actions", {"action": action, **of})
        assert _named_since(desk, began) == [""] * len(voices)
        assert posted(desk, voice.invitation, score=grade, comment=words) == 200
        voices.append(voice)
    assert _named_since(desk, began) == ["oleg"] * 5

    [theme] = [each["id"] for each in desk.admin("GET", "/admin/themes")["items"] if each["title"] == title]
    moment = (datetime.now(ZoneInfo("Europe/Moscow")) - timedelta(minutes=1)).replace(second=0, microsecond=0)
    for voice in voices:
        _happened_at(voice, theme, timestamp(moment - timedelta(seconds=1)))
    desk.settle("weekly", {"weekday": f"{moment:%a}".lower(), "at": f"{moment:%H:%M}"})
    desk.stack.renew("rhythm")
    assert [desk.stack.invoke("rhythm")["digests"] for _ in range(2)] == [1, 0]
    themes, wow = eventually(lambda: found if len(found := _digests(desk)) == 2 else [])
    told = themes[themes.index(f"5 clients in 7 days: {title}") :]
    assert told.count("Question … in telegram</a>") == 3
    for said, shown in zip(SAID.values(), wow.split("🙂 Good: "), strict=True):
        assert all(words.replace("Oleg", "…") in shown for words in said)
    desk.settle("weekly", {})


def _named_since(desk: Desk, began: str) -> list[str]:
    """Who is named beside each answer since then in the table that leaves the desk."""
    token = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": "text/csv"}
    exported = http("GET", f"{desk.stack.api_url}/admin/surveys/export?from={began}", headers=token)[1]
    header, *rows = csv.reader(io.StringIO(exported.decode("utf-8-sig")), delimiter=";")
    return [row[header.index("Who answered")] for row in rows]


def _happened_at(voice: Voice, theme: str, at: str) -> None:
    """Both the mark and the answer: a digest tells what happened before its moment, which has passed."""
    place = f"{at}#{voice.ticket}#{theme}"
    edited(voice.desk, "voice", f"MARKS#{voice.ticket}", theme, lambda mark: mark.update(at=at), listed_order=place)
    key, place = f"INVITATION#{voice.invitation}", f"{at}#{voice.invitation}"
    times = {"created_at": at, "answered_at": at}
    edited(voice.desk, "voice", key, "INVITATION", lambda answer: answer.update(times), listed_order=place)


def _digests(desk: Desk) -> list[str]:
    titles = ("What clients met with", "What delights, and what is merely good?")
    return [text for text in desk.texts_to(desk.group) if any(title in text for title in titles)]


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
