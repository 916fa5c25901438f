"""The sandbox's WhatsApp, with the product's own adapter at the other end: calls, statuses, webhooks, refusals."""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import pytest

from chalicelib.desk.messages import (
    Attachment,
    DeliveryState,
    File,
    Incoming,
    IncomingMessage,
    IncomingStatus,
    IncomingTap,
    Kind,
)
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.templates import Filled
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Sent, Uncertain, Upload
from chalicelib.messengers.whatsapp import ADAPTER
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.sandbox.whatsapp.config import WhatsApp, WhatsAppTemplate
from tests.unit.messengers.messenger import playing
from tests.unit.sandbox.product import Webhook, eventually, product_webhook

ANNA = "79001234567"

Send = Callable[..., Outcome]
Fetch = Callable[[Attachment], tuple[Fetched | RetryLater | Refused, bytes]]


@pytest.fixture
def account(sandbox: RunningSandbox) -> WhatsApp:
    assert sandbox.config.whatsapp
    return sandbox.config.whatsapp


@pytest.fixture
def product(sandbox: RunningSandbox, account: WhatsApp) -> Iterator[Webhook]:
    """The product's webhook, registered."""
    with product_webhook() as product:
        register(sandbox, product)
        yield product


@pytest.fixture
def send(sandbox: RunningSandbox, account: WhatsApp, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Send as the outbox would."""
    monkeypatch.setenv("WHATSAPP_API_URL", sandbox.api_url("whatsapp"))

    def send(text: str = "", *, to: str = ANNA, uploads: Sequence[Upload] = (), **content: Any) -> Outcome:
        place, secret = Place(account.phone_number_id, to), {"whatsapp_token": account.token}.__getitem__
        return ADAPTER.send(Content(text=text, **content), place, secret, uploads)

    return send


def register(sandbox: RunningSandbox, product: Webhook, *, challenged: bool = True) -> tuple[int, Any]:
    """What the app hears of, that the account tells the app, and where it tells it. The last answer, or the first refusal."""
    account = sandbox.config.whatsapp
    assert account
    product.verify_token = "verify" if challenged else None
    to = {"callback_url": product.url, "verify_token": "verify"}
    app, subscribed = f"v23.0/{account.app_id}/subscriptions", f"v23.0/{account.business_account_id}/subscribed_apps"
    status, answer = call(
        sandbox,
        app,
        {"object": "whatsapp_business_account", "fields": "messages", **to},
        token=f"{account.app_id}|{account.app_secret}",
    )
    if status != 200:
        return status, answer
    call(sandbox, subscribed, {})
    return call(sandbox, subscribed, {"override_callback_uri": product.url, "verify_token": "verify"})


def call(sandbox: RunningSandbox, path: str, body: Any, *, token: str | None = None) -> tuple[int, Any]:
    """Call the Cloud API by hand."""
    assert sandbox.config.whatsapp
    headers = {"Authorization": f"Bearer {token or sandbox.config.whatsapp.token}"}
    return sandbox.request("POST", f"/whatsapp/{path}", body, headers)


def told(product: Webhook, requests: int) -> list[Incoming]:
    """What the product understands of its first ``requests`` webhook calls, each with a right signature."""
    product.wait_for(requests)
    events = []
    for headers, body in product.requests:
        lower = {name.lower(): value for name, value in headers.items()}
        assert ADAPTER.verify(body, lower, {"whatsapp_app_secret": "whatsapp-app-secret"}.__getitem__)
        events += ADAPTER.parse(body, "", str)
    return events


def test_a_client_writes_and_the_product_understands(sandbox: RunningSandbox, product: Webhook) -> None:
    said = sandbox.post("/say", messenger="whatsapp", user=ANNA, name="Anna Volkova", text="Help, please")

    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    assert (message.text, message.kind, message.chat) == ("Help, please", Kind.TEXT, ANNA)
    assert (message.sender.name, message.sender.phone) == ("Anna Volkova", f"+{ANNA}")
    assert message.external_id == said["message_id"]


def test_somebody_without_a_phone_writes_and_is_answered(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="Guess who", no_phone=True)
    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    assert message.sender.phone is None

    assert isinstance(send("We know you", to=message.chat), Sent)

    [chat] = sandbox.get("/state")["messengers"]["whatsapp"]["chats"]
    assert [said["by"] for said in chat["messages"]] == ["client", "desk"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("photo", Kind.PHOTO),
        ("video", Kind.VIDEO),
        ("audio", Kind.AUDIO),
        ("voice", Kind.VOICE),
        ("document", Kind.DOCUMENT),
        ("sticker", Kind.STICKER),
        ("location", Kind.LOCATION),
        ("contact", Kind.CONTACT),
    ],
)
def test_other_kinds(sandbox: RunningSandbox, product: Webhook, kind: str, expected: Kind) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, kind=kind, text="look")

    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    assert message.kind is expected
    assert bool(message.attachments) == (kind not in ("location", "contact"))


def test_what_is_held_comes_in_one_call(sandbox: RunningSandbox, product: Webhook) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="one", hold=True)
    sandbox.post("/say", messenger="whatsapp", user="79007654321", name="Pavel", text="two", hold=True, number="2")
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="three")

    messages = [event for event in told(product, 1) if isinstance(event, IncomingMessage)]
    assert {(message.text, message.account) for message in messages} == {
        ("one", "106540352242922"),
        ("two", "2"),
        ("three", "106540352242922"),
    }
    assert len(product.requests) == 1


def test_statuses_of_an_answer_come_back_with_its_name(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")

    sent = send("Good morning", sent_as="outbound-1")

    assert isinstance(sent, Sent)
    statuses = [event for event in told(product, 4) if isinstance(event, IncomingStatus)]
    assert {status.state for status in statuses} == {
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.READ,
    }
    assert {(status.provider_id, status.sent_as) for status in statuses} == {(sent.provider_id, "outbound-1")}


def test_buttons_and_the_tap_that_comes_back(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    rows = tuple((Button(label, data=f"csat:7:{n}"),) for n, label in enumerate(("Awful", "Poor", "Good", "Wow")))
    few, many = send("How was it?", buttons=rows[:3]), send("How was it?", buttons=rows)
    assert isinstance(few, Sent)
    assert isinstance(many, Sent)

    sandbox.post("/tap", messenger="whatsapp", user=ANNA, message_id=few.provider_id, button="Awful")
    sandbox.post("/tap", messenger="whatsapp", user=ANNA, message_id=many.provider_id, button="Wow")

    taps = [event for event in told(product, 9) if isinstance(event, IncomingTap)]
    assert {(tap.message_id, tap.data) for tap in taps} == {
        (few.provider_id, "csat:7:0"),
        (many.provider_id, "csat:7:3"),
    }


def test_reactions_both_ways(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    said = sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    assert isinstance(send("👍", verb=Verb.REACT, message_id=said["message_id"]), Sent)

    sandbox.post("/react", messenger="whatsapp", user=ANNA, message_id=said["message_id"], emoji="🔥")
    sandbox.post("/react", messenger="whatsapp", user=ANNA, message_id=said["message_id"])

    reactions = [event for event in told(product, 6) if isinstance(event, IncomingMessage)][1:]
    assert {(one.kind, one.text, one.reply_to) for one in reactions} == {
        (Kind.REACTION, "🔥", said["message_id"]),
        (Kind.REACTION, "", said["message_id"]),
    }


def failures(product: Webhook, requests: int) -> set[str | None]:
    return {
        event.reason
        for event in told(product, requests)
        if isinstance(event, IncomingStatus) and event.state is DeliveryState.FAILED
    }


def test_free_text_fails_a_day_after_the_last_message(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    sandbox.post("/silence", messenger="whatsapp", user=ANNA, hours=24.1)

    assert isinstance(send("Too late"), Sent)  # taken, and yet

    assert failures(product, 2) == {"window_closed"}


def test_templates_pass_outside_the_window(sandbox: RunningSandbox, product: Webhook, account: WhatsApp) -> None:
    template = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}
    message = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": ANNA}

    status, _ = call(
        sandbox, f"v23.0/{account.phone_number_id}/messages", message | {"type": "template", "template": template}
    )

    assert status == 200
    assert {event.state for event in told(product, 3) if isinstance(event, IncomingStatus)} == {
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.READ,
    }


def test_who_blocked_us_gets_nothing(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    sandbox.post("/block", messenger="whatsapp", user=ANNA)

    assert isinstance(send("Hello?"), Sent)

    assert failures(product, 2) == {"undelivered"}


def test_failures_by_order(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    sandbox.post("/fail", messenger="whatsapp", code=131049)

    send("one")
    send("two")

    assert failures(product, 5) == {"held_back"}


def test_one_person_gets_no_more_than_a_burst(sandbox: RunningSandbox, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")

    outcomes = [send(f"line {n}") for n in range(46)]

    assert [type(outcome) for outcome in outcomes[:45]] == [Sent] * 45
    assert isinstance(outcomes[45], RetryLater)
    assert outcomes[45].limited


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"status": 503}, RetryLater(None, "server_error")),
        ({"status": 429, "headers": {"Retry-After": "7"}}, "limited"),
        ({"drop": True}, Uncertain()),
        ({"status": 502, "body": "<html>"}, Uncertain()),
    ],
)
def test_misfortunes(sandbox: RunningSandbox, send: Send, fault: dict[str, Any], outcome: Outcome | str) -> None:
    sandbox.post("/faults", messenger="whatsapp", path="/messages$", **fault)

    met = send("hi")

    if isinstance(outcome, str):
        assert isinstance(met, RetryLater)
        assert met.reason == outcome
        assert met.after is not None
        assert met.after.total_seconds() == 7
    else:
        assert met == outcome


def test_a_wrong_token_is_the_operators_business(
    sandbox: RunningSandbox, account: WhatsApp, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = ADAPTER.send(
        Content(text="hi"), Place(account.phone_number_id, ANNA), {"whatsapp_token": "old"}.__getitem__
    )

    assert isinstance(outcome, Refused)
    assert outcome.reason == "bad_token"
    assert sandbox.get("/calls?messenger=whatsapp")[-1]["status"] == 401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": None}, 131008),
        ({"to": None}, 131008),
        ({"type": "telegram"}, 100),
        ({"text": None}, 131008),
        ({"text": {"body": " "}}, 131008),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
    ],
)
def test_calls_that_meta_refuses(sandbox: RunningSandbox, account: WhatsApp, change: dict[str, Any], code: int) -> None:
    right = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": ANNA, "type": "text"}
    message = right | {"text": {"body": "hi"}} | change

    status, answer = call(sandbox, f"v23.0/{account.phone_number_id}/messages", message)

    assert (status, answer["error"]["code"]) == (400, code)
    assert sandbox.get("/calls?messenger=whatsapp")[-1]["violations"]


def test_an_update_comes_again_until_it_is_taken(sandbox: RunningSandbox, product: Webhook) -> None:
    sandbox.post("/limits", speed=1000)
    product.answers = [500, 301, 204]  # 200 and nothing else

    said = sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")

    assert len({str(update) for update in product.wait_for(4)}) == 1
    assert eventually(lambda: sandbox.get("/state")["messengers"]["whatsapp"]["webhook"]["pending"] == 0)
    answer = sandbox.post("/resend", messenger="whatsapp", update_id=said["update_id"], copies=3)
    assert answer == {"statuses": [200] * 3}


def test_a_webhook_has_to_prove_itself(sandbox: RunningSandbox) -> None:
    with product_webhook() as product:
        status, answer = register(sandbox, product, challenged=False)
        assert (status, answer["error"]["code"]) == (400, 2200)

        assert register(sandbox, product) == (200, {"success": True})


def test_a_photo_from_a_client_is_fetched_with_the_token(
    sandbox: RunningSandbox, product: Webhook, fetch: Fetch
) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, media={"kind": "photo", "size": 5000}, text="Look")
    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    assert message.text == "Look"

    fetched, content = fetch(message.attachments[0])

    assert fetched == Fetched(5000, "image/jpeg")
    assert content.startswith(b"\xff\xd8")


def test_a_link_to_a_file_lives_for_minutes_and_wants_the_token(sandbox: RunningSandbox, product: Webhook) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, kind="voice")
    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    headers = {"Authorization": "Bearer whatsapp-token-for-this-machine-only"}
    _, media = sandbox.request("GET", f"/whatsapp/v23.0/{message.attachments[0].provider_id}", None, headers)
    url = media["url"].removeprefix(sandbox.url)

    assert sandbox.request("GET", url, None, {})[0] == 401
    assert sandbox.request("GET", url.split("?")[0] + "?ext=0", None, headers)[0] == 404


def test_a_file_that_nobody_sent_is_gone(fetch: Fetch) -> None:
    assert isinstance(gone := fetch(Attachment(Kind.PHOTO, "1"))[0], Refused)
    assert gone.reason == "file_gone"


@pytest.fixture
def fetch(sandbox: RunningSandbox, account: WhatsApp, monkeypatch: pytest.MonkeyPatch) -> Fetch:
    monkeypatch.setenv("WHATSAPP_API_URL", sandbox.api_url("whatsapp"))

    def fetch(what: Attachment) -> tuple[Fetched | RetryLater | Refused, bytes]:
        into = io.BytesIO()
        return ADAPTER.fetch(what, into, 10**6, {"whatsapp_token": account.token}.__getitem__), into.getvalue()

    return fetch


@pytest.mark.parametrize(
    ("kind", "mime", "content", "reason"),
    [
        (Kind.PHOTO, "image/jpeg", b"photo", None),
        (Kind.DOCUMENT, "application/zip", b"archive", None),
        (Kind.PHOTO, "image/gif", b"not what it was said to be", "file_refused"),
        (Kind.STICKER, "image/webp", b"x" * (100 * 1024 + 1), "file_refused"),
        (Kind.PHOTO, "image/jpeg", None, "file_not_fetched"),
    ],
)
def test_a_file_is_fetched_from_its_link(
    sandbox: RunningSandbox,
    product: Webhook,
    send: Send,
    kind: Kind,
    mime: str,
    content: bytes | None,
    reason: str | None,
) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    with playing() as storage:
        storage.answers = [(200, content, {"Content-Type": mime}) if content else (403, b"")]
        said_mime = mime if mime != "image/gif" else "image/jpeg"
        upload = Upload(kind, "file.bin", said_mime, 100, f"{storage.url}/file", lambda: b"")
        assert isinstance(send("Here", files=(File("telegram", "1", Attachment(kind, "x")),), uploads=[upload]), Sent)

        assert failures(product, 2 if reason else 4) == ({reason} if reason else set())
    if not reason:
        [chat] = sandbox.get("/state")["messengers"]["whatsapp"]["chats"]
        [file] = chat["messages"][-1]["files"]
        assert file["size_bytes"] == len(content or b"")


def test_statuses_in_the_order_that_a_test_wants(sandbox: RunningSandbox, product: Webhook, send: Send) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi")
    sandbox.post("/statuses", messenger="whatsapp", states=["read", "delivered", "sent", "failed"])

    send("Good morning")

    assert [event.state for event in told(product, 2) if isinstance(event, IncomingStatus)] == [
        DeliveryState.READ,
        DeliveryState.DELIVERED,
        DeliveryState.ACCEPTED,
        DeliveryState.FAILED,
    ]
    assert len(product.requests) == 2


def test_what_is_written_in_a_group_says_so(sandbox: RunningSandbox, product: Webhook) -> None:
    sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hi all", group="Y2FwaV9ncm91cDox")

    [message] = told(product, 1)
    assert isinstance(message, IncomingMessage)
    assert (message.private, message.chat) == (False, "Y2FwaV9ncm91cDox")


PAUSED = WhatsAppTemplate("paused", "ru", "Здравствуйте", "paused")
READY = WhatsAppTemplate("ready", "ru", "Здравствуйте, {{1}}: {{2}}")
NAMED = WhatsAppTemplate("named", "en_US", "Hello {{who}}")


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (Filled("ready", "ru", (("1", "Вера"), ("2", "ответ"))), None),
        (Filled("named", "en_US", (("who", "Vera"),)), None),
        (Filled("ready", "en_US", (("1", "Vera"), ("2", "x"))), "template_unknown"),
        (Filled("ready", "ru", (("1", "Вера"),)), "template_values"),
        (Filled("ready", "ru", (("1", "Вера"), ("2", "a\nb"))), "template_values"),
        (Filled("named", "en_US", (("whom", "Vera"),)), "template_values"),
        (Filled("ready", "ru", (("1", "Вера"), ("2", "x" * 1020))), "template_too_long"),
        (Filled("paused", "ru"), "template_paused"),
    ],
)
def test_templates_are_known_and_want_their_parameters(
    monkeypatch: pytest.MonkeyPatch, template: Filled, reason: str | None
) -> None:
    config = demo_config()
    assert config.whatsapp
    account = msgspec.structs.replace(config.whatsapp, templates=(READY, NAMED, PAUSED))
    with running_sandbox(msgspec.structs.replace(config, whatsapp=account)) as sandbox:
        monkeypatch.setenv("WHATSAPP_API_URL", sandbox.api_url("whatsapp"))
        content, place = Content(text="seen", template=template), Place(account.phone_number_id, ANNA)
        outcome = ADAPTER.send(content, place, {"whatsapp_token": account.token}.__getitem__)
        said = sandbox.get("/state")["messengers"]["whatsapp"]["chats"][0]["messages"]
    if reason is None:
        assert isinstance(outcome, Sent)
        assert any(value in said[-1]["text"] for _, value in template.values)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.reason == reason


def test_chats_outlive_a_restart(tmp_path: Any) -> None:
    config = demo_config(state_path=str(tmp_path / "sandbox.json"))
    with running_sandbox(config) as sandbox:
        sandbox.post("/say", messenger="whatsapp", user=ANNA, text="hello")
        before = sandbox.get("/state")["messengers"]["whatsapp"]

    with running_sandbox(config) as sandbox, product_webhook() as product:
        after = sandbox.get("/state")["messengers"]["whatsapp"]
        assert after["chats"] == before["chats"]
        register(sandbox, product)
        [message] = told(product, 1)
        assert isinstance(message, IncomingMessage)
        assert message.text == "hello"


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/say", {"text": "hi"}, ["user"]),
        ("/say", {"user": "Anna", "text": "hi"}, ["user"]),
        ("/say", {"user": ANNA, "kind": "smell", "text": " ", "bogus": 1}, ["kind", "media.kind", "bogus"]),
        ("/tap", {"user": "70000000000", "button": "x", "message_id": "y"}, ["user"]),
        ("/fail", {}, ["code"]),
    ],
)
def test_bad_input_names_every_field(sandbox: RunningSandbox, path: str, body: Any, fields: list[str]) -> None:
    status, problem = sandbox.request("POST", path, {"messenger": "whatsapp", **body})

    assert (status, [error["field"] for error in problem["errors"]]) == (400, fields)
