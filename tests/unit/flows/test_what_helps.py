"""What did not arrive, and what helps: again, another messenger, a template, the held words. Vera writes in WhatsApp."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.desk.messages import (
    Author,
    DeliveryState,
    Direction,
    IncomingMessage,
    IncomingStatus,
    Kind,
    Message,
    Sender,
)
from chalicelib.desk.policies import Metric
from chalicelib.desk.service_levels import EventType
from chalicelib.desk.tickets import NotAllowed, Ticket
from chalicelib.desk.validation import Invalid
from chalicelib.store import clients, conversations, messages, settings
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import client_messages, console, delivery_statuses
from chalicelib.use_cases.settings import current
from tests.unit.conftest import boto
from tests.unit.flows.conftest import SUPPORT, World

ACCOUNT, VERA, TELEGRAM_VERA = "106540352242922", "79001234567", 600_003
TEMPLATES = [
    {
        "name": "answer_is_ready",
        "language": "ru",
        "category": "utility",
        "body": "Здравствуйте, {{1}}! По вопросу «{{2}}» есть ответ.",
        "parameters": [
            {"name": "1", "means": {"ru": "имя", "en": "the name"}},
            {"name": "2", "means": {"ru": "о чём", "en": "what about"}},
        ],
    },
    {
        "name": "follow_up",
        "language": "en_US",
        "category": "utility",
        "body": "We have news for you. Please write to us to go on.",
    },
]

Json = dict[str, Any]


class Scene:
    """Vera's WhatsApp topic."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.taps = 0

    @property
    def identity(self) -> Identity:
        return Identity("whatsapp", ACCOUNT, VERA)

    @property
    def ticket(self) -> Ticket:
        ticket = conversations.head(self.identity).ticket
        assert ticket is not None
        return ticket

    @property
    def client(self) -> Client:
        return clients.client_by_id(self.ticket.client_id)

    @property
    def thread(self) -> str:
        assert self.client.topic is not None
        return self.client.topic.thread

    @property
    def answers(self) -> list[Message]:
        return [one for one in messages.of_ticket(self.ticket.id) if one.direction is Direction.OUT]

    def hear(self, text: str, message_id: str) -> None:
        """Vera writes; the sandbox's window opens with ours."""
        self.world.sandbox.post("/say", messenger="whatsapp", user=VERA, name="Vera", text=text)
        sender = Sender(VERA, "Vera", "en", f"+{VERA}")
        written = IncomingMessage(message_id, ACCOUNT, VERA, True, sender, self.world.now, Kind.TEXT, text)
        client_messages.receive(written, "whatsapp", current(), self.world.now)
        self.world.deliver()

    def write(self, message_id: int, text: str, **more: Any) -> None:
        update = self.world.in_topic(SUPPORT, self.thread, message_id, text)
        update["message"].update(more)
        self.world.receive(update)
        self.world.deliver()

    def sleep(self, hours: float = 25) -> None:
        self.world.now += timedelta(hours=hours)
        self.world.sandbox.post("/silence", messenger="whatsapp", user=VERA, hours=25)

    def tell(self, state: DeliveryState, reason: str | None = None, of: str | None = None) -> None:
        """WhatsApp's status of the last message that we sent, or of another."""
        of = of or self.provider_ids[-1]
        status = IncomingStatus(f"{of}/{state}/{self.world.now}", ACCOUNT, of, state, self.world.now, reason)
        delivery_statuses.receive(status, "whatsapp", current(), self.world.now)
        self.world.deliver()

    @property
    def sent(self) -> list[Json]:
        """What WhatsApp was told, and took."""
        calls = self.world.sandbox.get("/calls?messenger=whatsapp")
        return [call["body"] for call in calls if call["method"] == "messages" and call["status"] == 200]

    @property
    def provider_ids(self) -> list[str]:
        [chat] = self.world.sandbox.get("/state")["messengers"]["whatsapp"]["chats"]
        return [said["id"] for said in chat["messages"] if said["by"] == "desk"]

    @property
    def notices(self) -> list[str]:
        return self.world.texts_to(self.world.group)

    def buttons(self) -> dict[str, str]:
        """Of the last notice: data by label."""
        call = [each for each in self.world.calls("sendMessage") if str(each["chat_id"]) == self.world.group][-1]
        markup = call.get("reply_markup") or {}
        rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    def tap(self, label: str) -> str:
        data = next(data for text, data in self.buttons().items() if label in text)
        return self.tap_data(data)

    def tap_data(self, data: str) -> str:
        answered = self.world.receive(self.world.tap(SUPPORT, self.world.group, "1", data)).body.decode()
        self.world.deliver()
        return answered


@pytest.fixture
def scene(world: World, monkeypatch: pytest.MonkeyPatch) -> Scene:
    account = world.sandbox.config.whatsapp
    assert account is not None
    monkeypatch.setenv("WHATSAPP_API_URL", world.sandbox.api_url("whatsapp"))
    boto("ssm").put_parameter(
        Name="/vipdesk/test/whatsapp_token", Value=account.token, Overwrite=True, Type="SecureString"
    )
    settings.replace_document(Document("templates", TEMPLATES, 1))
    made = Scene(world)
    made.hear("Hello", "wamid.1")
    world.now += timedelta(minutes=1)
    return made


def in_telegram_too(scene: Scene) -> None:
    """Vera's Telegram has proved to be hers."""
    identity = scene.world.identity(TELEGRAM_VERA)
    conversation = Conversation(identity, str(TELEGRAM_VERA), scene.client.id)
    scene.world.sandbox.post("/say", user=TELEGRAM_VERA, name="Vera", text="/start")
    client = scene.client
    together = Client(**{**client.__dict__, "identities": (*client.identities, identity)})
    commit(clients.client_item(together), conversations.conversation_item(conversation))


class TestTemplates:
    def test_they_are_offered_when_the_window_is_closed_and_nothing_is_sent(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        assert scene.sent == []
        assert "Not sent: WhatsApp" in scene.notices[-1]
        assert "Здравствуйте, ‹the name›! По вопросу «‹what about›» есть ответ." in scene.notices[-1]
        assert f"+{VERA}" in scene.notices[-1]
        assert list(scene.buttons()) == ["📄 1. follow_up", "📄 2. answer_is_ready"]  # English, as Vera reads, first
        assert all(len(data.encode()) <= 64 for data in scene.buttons().values())

    def test_one_is_chosen_filled_in_seen_and_sent(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        scene.tap("answer_is_ready")
        assert scene.notices[-1].endswith("1. the name\n2. what about")
        scene.write(51, "Vera\nthe report")
        assert "Здравствуйте, Vera! По вопросу «the report» есть ответ." in scene.notices[-1]
        assert scene.sent == []
        scene.tap("Send")
        [sent] = scene.sent
        assert sent["template"]["name"] == "answer_is_ready"
        assert [each["text"] for each in sent["template"]["components"][0]["parameters"]] == ["Vera", "the report"]
        [answer] = scene.answers
        assert answer.text == "Здравствуйте, Vera! По вопросу «the report» есть ответ."
        assert answer.author is not None
        assert answer.author.name == "Oleg"
        assert scene.ticket.next_due is None or scene.ticket.next_due.metric is not Metric.FIRST_REPLY

    def test_wrong_values_are_asked_for_again(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        scene.tap("answer_is_ready")
        scene.write(51, "Vera")
        assert "needs 2 values" in scene.notices[-1]
        scene.write(52, "Vera\nthe report")
        assert scene.tap("Send") != ""
        assert len(scene.sent) == 1

    def test_without_parameters_it_is_shown_at_once(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        scene.tap("follow_up")
        scene.tap("Send")
        assert scene.sent[0]["template"] == {
            "name": "follow_up",
            "language": {"policy": "deterministic", "code": "en_US"},
        }

    def test_tapping_twice_sends_once(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        scene.tap("follow_up")
        send = next(data for label, data in scene.buttons().items() if "Send" in label)
        scene.tap_data(send)
        assert "sent already" in scene.tap_data(send)
        assert len(scene.sent) == 1

    def test_cancelled_or_replaced_it_is_not_sent(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        choose = scene.buttons()
        scene.tap("follow_up")
        first = next(data for label, data in scene.buttons().items() if "✅" in label)
        scene.tap_data(choose["📄 1. follow_up"])
        assert "not the latest" in scene.tap_data(first)
        send = next(data for label, data in scene.buttons().items() if "✅" in label)
        scene.tap("Do not send")
        assert "not the latest" in scene.tap_data(send)
        assert scene.sent == []

    def test_somebody_elses_words_are_no_values(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "Are you there?")
        scene.tap("answer_is_ready")
        scene.world.receive(scene.world.in_topic(500_001, scene.thread, 51, "And I?"))
        scene.world.deliver()
        assert "Not sent: WhatsApp" in scene.notices[-1]

    def test_what_was_written_goes_with_one_tap_when_the_client_writes_again(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "The report is ready")
        assert "window" not in scene.tap("follow_up")
        scene.hear("Yes?", "wamid.2")
        assert "“The report is ready”" in scene.notices[-1]
        held = next(iter(scene.buttons().values()))
        scene.tap_data(held)
        assert scene.sent[-1]["text"]["body"] == "The report is ready"
        assert "sent already" in scene.tap_data(held)
        assert len(scene.sent) == 1
        scene.hear("Thanks a lot, that helps, one more thing", "wamid.3")
        assert "“The report is ready”" not in scene.notices[-1]

    def test_what_was_bold_when_it_was_written_is_bold_when_it_goes(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "The report is ready", entities=[{"type": "bold", "offset": 4, "length": 6}])
        scene.hear("Yes?", "wamid.2")
        scene.tap_data(next(iter(scene.buttons().values())))
        assert scene.sent[-1]["text"]["body"] == "The *report* is ready"

    def test_everything_that_was_written_waits_not_only_the_last(self, scene: Scene) -> None:
        scene.sleep()
        scene.write(50, "The report is ready")
        scene.write(51, "And the invoice")
        scene.hear("Yes?", "wamid.2")
        offered = [words for words in scene.notices if "did not go before" in words]
        assert ["The report is ready" in offered[-2], "And the invoice" in offered[-1]] == [True, True]

    def test_the_messengers_word_about_its_window_counts(self, scene: Scene) -> None:
        scene.write(50, "Hello Vera")
        scene.tell(DeliveryState.FAILED, "window_closed")
        assert any("template" in label for label in scene.buttons())
        scene.tap("template")
        assert "follow_up" in scene.notices[-1]
        scene.write(51, "Still there?")
        assert "Not sent: WhatsApp" in scene.notices[-1]


class TestThroughAdmin:
    def act(self, scene: Scene, **what: Any) -> None:
        console.act("reply", scene.ticket.id, Author("operator", "operator"), current(), scene.world.now, **what)
        scene.world.deliver()

    def test_its_answer_gets_its_receipt_on_the_notice_that_shows_it(self, scene: Scene) -> None:
        self.act(scene, text="From the console")
        scene.tell(DeliveryState.READ)
        shown = next(
            said["message_id"]
            for chat in scene.world.sandbox.get("/state")["chats"]
            for said in chat["messages"]
            if "From the console" in (said.get("text") or "")
        )
        reactions = scene.world.calls("setMessageReaction")
        assert [int(call["message_id"]) for call in reactions] == [shown, shown]

    def test_a_template_goes_outside_the_window(self, scene: Scene) -> None:
        scene.sleep()
        self.act(scene, template={"name": "answer_is_ready", "language": "ru", "parameters": ["Vera", "the\nreport"]})
        [sent] = scene.sent
        assert sent["template"]["components"][0]["parameters"][1]["text"] == "the report"
        assert scene.answers[0].delivery is not None

    @pytest.mark.parametrize(
        ("what", "field"),
        [
            ({"template": {"name": "follow_up", "language": "ru"}}, "template"),
            ({"template": {"name": "answer_is_ready", "language": "ru", "parameters": ["x"]}}, "template.parameters"),
            (
                {"template": {"name": "answer_is_ready", "language": "ru", "parameters": ["x", "y" * 1020]}},
                "template.parameters",
            ),
        ],
    )
    def test_what_cannot_be_sent_is_named(self, scene: Scene, what: Json, field: str) -> None:
        with pytest.raises(Invalid) as invalid:
            self.act(scene, **what)
        assert [error.field for error in invalid.value.errors] == [field]

    def test_words_outside_the_window_are_refused_at_once(self, scene: Scene) -> None:
        scene.sleep()
        with pytest.raises(NotAllowed, match="window_is_closed"):
            self.act(scene, text="Too late")
        assert scene.answers == []


class TestAgain:
    def failed(self, scene: Scene, reason: str = "network") -> None:
        scene.write(50, "Here is the answer")
        scene.tell(DeliveryState.FAILED, reason)
        assert scene.notices[-1].startswith("⚠️ Not delivered")

    def state(self, scene: Scene) -> DeliveryState:
        [answer] = scene.answers
        assert answer.delivery is not None
        return answer.delivery.state

    def test_the_very_same_message_goes_again_once(self, scene: Scene) -> None:
        self.failed(scene)
        retry = next(data for label, data in scene.buttons().items() if "again" in label)
        scene.tap_data(retry)
        assert "sent already" in scene.tap_data(retry)
        assert [body["text"]["body"] for body in scene.sent] == ["Here is the answer"] * 2
        assert self.state(scene) is DeliveryState.ACCEPTED
        scene.tell(DeliveryState.READ)
        assert self.state(scene) is DeliveryState.READ
        due = scene.ticket.next_due
        assert due is None or due.metric is not Metric.FIRST_REPLY

    def test_it_may_fail_again_and_be_tried_again(self, scene: Scene) -> None:
        self.failed(scene)
        scene.tap("again")
        scene.tell(DeliveryState.FAILED, "network")
        assert self.state(scene) is DeliveryState.FAILED
        scene.tap("again")
        assert len(scene.sent) == 3

    def test_late_news_of_the_first_attempt_does_not_stop_the_second(self, scene: Scene) -> None:
        self.failed(scene)
        first = scene.provider_ids[-1]
        scene.tap("again")
        scene.world.now += timedelta(seconds=1)
        scene.tell(DeliveryState.ACCEPTED, of=first)
        scene.tell(DeliveryState.FAILED, "network", of=first)
        assert self.state(scene) is DeliveryState.ACCEPTED

    def test_of_a_long_answer_only_the_lost_part_goes_again(self, scene: Scene) -> None:
        scene.write(50, "a" * 3000 + "\n\n" + "b" * 3000)
        assert len(scene.sent) == 2
        scene.tell(DeliveryState.FAILED, "server_error")
        scene.tap("again")
        assert [body["text"]["body"][0] for body in scene.sent] == ["a", "b", "b"]

    def test_a_promise_that_goes_again_is_still_one(self, scene: Scene) -> None:
        until = scene.world.now + timedelta(hours=3)
        scene.write(50, "/promise 3h")
        scene.tell(DeliveryState.FAILED, "network")
        assert not [event for event in scene.ticket.events if event.type is EventType.PROMISE]
        scene.tap_data(next(data for label, data in scene.buttons().items() if "again" in label))
        (promise,) = [event for event in scene.ticket.events if event.type is EventType.PROMISE]
        assert promise.until
        assert abs(promise.until - until) < timedelta(minutes=1)

    def test_what_no_retry_helps_has_no_such_button(self, scene: Scene) -> None:
        self.failed(scene, "undelivered")
        assert list(scene.buttons()) == []
        assert f"+{VERA}" in scene.notices[-1]


class TestAnotherMessenger:
    def test_the_same_words_go_where_the_client_can_be_reached(self, scene: Scene) -> None:
        in_telegram_too(scene)
        scene.write(50, "Here is the answer")
        scene.tell(DeliveryState.FAILED, "undelivered")
        [button] = scene.buttons().values()
        assert "Telegram" in scene.tap_data(button)
        assert "sent already" in scene.tap_data(button)
        assert scene.world.texts_to(TELEGRAM_VERA) == ["Here is the answer"]
        due = scene.ticket.next_due
        assert due is None or due.metric is not Metric.FIRST_REPLY

    def test_so_can_what_the_closed_window_kept_back(self, scene: Scene) -> None:
        in_telegram_too(scene)
        scene.sleep()
        scene.write(50, "Here is the answer")
        scene.tap("Telegram")
        assert scene.world.texts_to(TELEGRAM_VERA) == ["Here is the answer"]
        scene.hear("I saw it in Telegram", "wamid.2")
        assert "This did not go before" not in scene.notices[-1]

    def test_nobody_is_offered_a_messenger_that_shut_us_out(self, scene: Scene) -> None:
        in_telegram_too(scene)
        conversation = conversations.head(scene.world.identity(TELEGRAM_VERA)).conversation
        assert conversation is not None
        commit(conversations.conversation_item(Conversation(**{**conversation.__dict__, "reachable": False})))
        scene.write(50, "Here is the answer")
        scene.tell(DeliveryState.FAILED, "undelivered")
        assert scene.buttons() == {}
