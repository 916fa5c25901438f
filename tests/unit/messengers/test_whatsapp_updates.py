"""What WhatsApp tells: who writes without a phone, several things in one call, our own echoes, odd parts among good ones."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import (
    DeliveryState,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingRemoval,
    IncomingStatus,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.whatsapp import ADAPTER

Json = dict[str, Any]

OURS = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}
USER_ID = "RU.13491208655302741918"
ANNA = {"profile": {"name": "Anna Volkova"}, "wa_id": "79001234567", "user_id": USER_ID}
SECRETS = {"whatsapp_app_secret": "app-secret", "whatsapp_verify_token": "verify"}.__getitem__


def value(*messages: Json, contacts: tuple[Json, ...] = (ANNA,), ours: Json = OURS, **more: Any) -> Json:
    return {"messaging_product": "whatsapp", "metadata": ours, "contacts": contacts, "messages": messages, **more}


def call(*values: Json, field: str = "messages") -> bytes:
    changes = [{"field": field, "value": one} for one in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def parsed(*values: Json, field: str = "messages") -> list[Incoming]:
    return ADAPTER.parse(call(*values, field=field), "", str)


def message(message_type: str = "text", content: Any = None, **more: Any) -> Json:
    content = {"body": "hi"} if content is None else content
    common = {"from": ANNA["wa_id"], "id": "wamid.1", "timestamp": "1750090702", "type": message_type}
    return {**common, message_type: content, **more}


def only(events: list[Incoming]) -> IncomingMessage:
    [event] = events
    assert isinstance(event, IncomingMessage)
    return event


TOKEN = "1kjpzv28061qsp" + "Ab-_" * 10 + "xyz"


class TestProofs:
    def test_the_number_is_vouched_for(self) -> None:
        assert only(parsed(value(message()))).sender.phone == "+79001234567"

    def test_an_id_is_no_number_and_a_contact_of_somebody_else_lends_none(self) -> None:
        hidden = {**message(), "from": None, "from_user_id": "RU.5"}
        assert only(parsed(value(hidden))).sender == Sender("RU.5", "RU.5")

    def test_what_a_link_prepared_opens_the_chat_and_carries_the_invitation(self) -> None:
        found = only(parsed(value(message(content={"body": f"Здравствуйте! Моё приглашение: {TOKEN}"}))))
        assert (found.text, found.invitation) == ("/start", TOKEN)

    @pytest.mark.parametrize("said", [f"{TOKEN} and more", f"two\nlines {TOKEN}", f"x{TOKEN}", "hi"])
    def test_other_words_are_words(self, said: str) -> None:
        found = only(parsed(value(message(content={"body": said}))))
        assert (found.text, found.invitation) == (said, None)


class TestWhoIsCalling:
    def test_a_right_signature(self) -> None:
        raw = call(value(message()))
        digest = hmac.new(b"app-secret", raw, hashlib.sha256).hexdigest()

        assert ADAPTER.verify(raw, {"x-hub-signature-256": f"sha256={digest}"}, SECRETS)
        assert not ADAPTER.verify(raw + b" ", {"x-hub-signature-256": f"sha256={digest}"}, SECRETS)

    @pytest.mark.parametrize("headers", [{}, {"x-hub-signature-256": ""}, {"x-hub-signature-256": "sha256=wörd"}])
    def test_a_wrong_or_missing_one(self, headers: dict[str, str]) -> None:
        assert not ADAPTER.verify(b"{}", headers, SECRETS)

    def test_the_challenge_comes_back_to_who_knows_the_token(self) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "1158201444"}

        assert ADAPTER.handshake(b"", query, SECRETS) == b"1158201444"
        assert ADAPTER.handshake(b"", query | {"hub.verify_token": "guess"}, SECRETS) is None
        assert ADAPTER.handshake(b"", {}, SECRETS) is None


class TestWhoWrites:
    def test_by_phone_which_whatsapp_vouches_for(self) -> None:
        found = only(parsed(value(message(from_user_id=USER_ID))))

        assert found.sender == Sender("79001234567", "Anna Volkova", phone="+79001234567")
        assert (found.chat, found.private, found.account) == ("79001234567", True, "106540352242922")
        assert found.at == datetime(2025, 6, 16, 16, 18, 22, tzinfo=UTC)

    def test_without_a_phone_by_the_id_that_only_we_know(self) -> None:
        hidden = {"profile": {"name": "", "username": "anna"}, "user_id": USER_ID}
        nameless = message(from_user_id=USER_ID)
        del nameless["from"]

        found = only(parsed(value(nameless, contacts=(hidden,))))

        assert found.sender == Sender(USER_ID, "anna")
        assert found.chat == USER_ID

    def test_several_people_in_one_call_keep_their_names(self) -> None:
        pavel = {"profile": {"name": "Pavel"}, "wa_id": "79007654321"}
        both = value(message(), message(**{"from": "79007654321"}), contacts=(pavel, ANNA))

        assert [one.sender.name for one in parsed(both) if isinstance(one, IncomingMessage)] == [
            "Anna Volkova",
            "Pavel",
        ]

    def test_an_id_that_only_the_contact_has(self) -> None:
        nameless = message()
        del nameless["from"]

        found = only(parsed(value(nameless, contacts=({"profile": {}, "user_id": USER_ID},))))

        assert found.sender == Sender(USER_ID, USER_ID)

    def test_a_name_that_is_not_there_is_the_number(self) -> None:
        strangers = ({"profile": {"name": "Lev"}, "wa_id": "1"}, {"profile": {"name": "Kate"}, "wa_id": "2"})

        for contacts in ((), strangers):
            assert only(parsed(value(message(), contacts=contacts))).sender.name == "+79001234567"

    def test_in_a_group(self) -> None:
        found = only(parsed(value(message(group_id="Y2FwaV9ncm91cDox"))))

        assert (found.private, found.chat, found.sender.user) == (False, "Y2FwaV9ncm91cDox", "79001234567")

    @pytest.mark.parametrize("field", ["smb_message_echoes", "message_template_status_update", "calls"])
    def test_other_fields_are_not_clients(self, field: str) -> None:
        assert parsed({"message_echoes": [message()]}, field=field) == [Ignored(f"about {field}")]

    def test_nor_is_our_own_number(self) -> None:
        assert parsed(value(message(**{"from": "15550783881"}))) == [Ignored("our own message")]


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("kind", "content", "expected", "text"),
        [
            ("audio", {"id": "7", "voice": True}, Kind.VOICE, ""),
            (
                "location",
                {"latitude": 55.75, "longitude": 37.61, "name": "Office"},
                Kind.LOCATION,
                "Office\n55.75, 37.61",
            ),
            (
                "contacts",
                [{"name": {"formatted_name": "Lev"}, "phones": [{"phone": "+7 1"}]}],
                Kind.CONTACT,
                "Lev +7 1",
            ),
            ("contacts", [{"name": {"first_name": "A", "last_name": "B"}}, {}], Kind.CONTACT, "A B\n"),
            ("contacts", [{"name": {"middle_name": "Petrovna"}}], Kind.CONTACT, "Petrovna"),
            ("button", {"payload": "stop", "text": "Stop"}, Kind.BUTTON, "Stop"),
            ("system", {"body": "changed number", "type": "user_changed_number"}, Kind.SYSTEM, "changed number"),
            ("hologram", {"caption": "look", "depth": 3}, Kind.UNSUPPORTED, "look"),
            ("unsupported", {}, Kind.UNSUPPORTED, ""),
            ("reaction", {"message_id": "wamid.0", "emoji": "🔥"}, Kind.REACTION, "🔥"),
            ("reaction", {"message_id": "wamid.0"}, Kind.REACTION, ""),
        ],
    )
    def test_by_type(self, kind: str, content: Any, expected: Kind, text: str) -> None:
        found = only(parsed(value(message(kind, content))))

        assert (found.kind, found.text) == (expected, text)

    def test_a_file_with_its_caption(self) -> None:
        content = {"id": "7", "filename": "bill.pdf", "mime_type": "application/pdf", "caption": "please"}

        found = only(parsed(value(message("document", content))))

        [file] = found.attachments
        assert (file.provider_id, file.name, file.mime, found.text) == ("7", "bill.pdf", "application/pdf", "please")

    def test_a_reply_names_what_it_answers(self) -> None:
        assert only(parsed(value(message(context={"from": "15550783881", "id": "wamid.0"})))).reply_to == "wamid.0"

    def test_what_is_forwarded_says_so(self) -> None:
        found = only(parsed(value(message(context={"frequently_forwarded": True}))))

        assert (found.forwarded, found.reply_to) == (True, None)

    @pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
    def test_a_choice_among_our_buttons_is_a_tap(self, kind: str) -> None:
        reply = {"type": kind, kind: {"id": "tap:csat:7:5", "title": "Wow"}}

        [tap] = parsed(value(message("interactive", reply, context={"id": "wamid.0"})))

        assert isinstance(tap, IncomingTap)
        assert (tap.key, tap.message_id, tap.data, tap.chat) == ("wamid.1", "wamid.0", "csat:7:5", "79001234567")

    def test_a_choice_among_anybody_elses_is_words(self) -> None:
        reply = {"type": "button_reply", "button_reply": {"id": "x", "title": "Yes"}}

        found = only(parsed(value(message("interactive", reply))))

        assert (found.kind, found.text) == (Kind.BUTTON, "Yes")

    def test_an_edit_changes_the_message_it_names(self) -> None:
        edit = {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "hello"}, "context": {}}}

        [found] = parsed(value(message("edit", edit)))

        assert isinstance(found, IncomingEdit)
        assert (found.message.external_id, found.message.text, found.edit_key) == ("wamid.0", "hello", "wamid.1")

    def test_a_removal(self) -> None:
        [found] = parsed(value(message("revoke", {"original_message_id": "wamid.0"})))

        assert isinstance(found, IncomingRemoval)
        assert (found.external_id, found.chat, found.key) == ("wamid.0", "79001234567", "wamid.1")

    def test_opening_the_chat_is_no_message(self) -> None:
        assert isinstance(parsed(value(message("request_welcome", {})))[0], Ignored)

    def test_half_a_surrogate_pair_can_be_stored(self) -> None:
        found = only(parsed(value(message(content={"body": "a\ud83db"}))))

        assert found.text == "a?b"


def status(name: str, **more: Any) -> Json:
    told = {"id": "wamid.2", "status": name, "timestamp": "1750090702", "recipient_id": "79001234567", **more}
    return {"messaging_product": "whatsapp", "metadata": OURS, "statuses": [told]}


class TestWhatBecameOfOurMessages:
    @pytest.mark.parametrize(
        ("name", "state"),
        [
            ("sent", DeliveryState.ACCEPTED),
            ("delivered", DeliveryState.DELIVERED),
            ("read", DeliveryState.READ),
            ("played", DeliveryState.READ),
        ],
    )
    def test_how_far_it_came(self, name: str, state: DeliveryState) -> None:
        [found] = parsed(status(name, biz_opaque_callback_data="outbound-1"))

        assert isinstance(found, IncomingStatus)
        assert (found.state, found.provider_id, found.sent_as) == (state, "wamid.2", "outbound-1")
        assert (found.key, found.account, found.reason) == (f"wamid.2/{name}", "106540352242922", None)

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (131047, "window_closed"),
            (131026, "undelivered"),
            (131000, "server_error"),
            (130429, "limited"),
            (99, "refused"),
        ],
    )
    def test_why_it_failed(self, code: int, reason: str) -> None:
        [found] = parsed(status("failed", errors=[{"code": code, "title": "…"}]))

        assert isinstance(found, IncomingStatus)
        assert (found.state, found.reason) == (DeliveryState.FAILED, reason)

    def test_a_failure_without_a_reason(self) -> None:
        [found] = parsed(status("failed"))

        assert isinstance(found, IncomingStatus)
        assert found.reason == "refused"

    def test_in_a_group_everybody_has_a_status(self) -> None:
        [found] = parsed(status("read", group_id="Y2Fw"))

        assert isinstance(found, IncomingStatus)
        assert found.key == "wamid.2/read/79001234567"

    def test_a_status_of_tomorrow_is_no_message(self) -> None:
        assert parsed(status("admired")) == [Ignored("status admired")]


class TestSeveralThingsInOneCall:
    def test_messages_and_statuses_of_several_numbers(self) -> None:
        other = {"display_phone_number": "15550000000", "phone_number_id": "2"}

        found = parsed(value(message()), status("read"), value(message(id="wamid.3"), ours=other))

        assert [type(event) for event in found] == [IncomingMessage, IncomingStatus, IncomingMessage]
        assert [event.account for event in found if isinstance(event, IncomingMessage)] == ["106540352242922", "2"]

    @pytest.mark.parametrize(
        "odd",
        [
            {},
            {"id": "wamid.9"},
            message(timestamp="soon"),
            message(id=7),
            message(type="contacts", contacts=[{"name": {"value": {"called": "Vera"}}}]),
            "message",
            None,
        ],
    )
    def test_an_odd_part_keeps_no_other_from_being_understood(self, odd: Any) -> None:
        with pytest.raises(NotUnderstood) as caught:
            parsed(value(message(), odd), status("read"))

        assert [type(event) for event in caught.value.understood] == [IncomingMessage, IncomingStatus]

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"[]", b"7", b'{"entry": 7}', b'{"entry": [{"changes": [{}]}]}', b"\xff"]
    )
    def test_what_is_no_call_at_all(self, raw: bytes) -> None:
        with pytest.raises(NotUnderstood):
            ADAPTER.parse(raw, "", str)

    @given(st.data())
    def test_whatever_comes_is_understood_or_kept(self, data: st.DataObject) -> None:
        """A right call in which anything was replaced by anything."""
        whole = json.loads(call(value(message(context={"id": "wamid.0"})), status("failed", errors=[{"code": 1}])))
        where, keys = whole, data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=9))
        for n in keys[:-1]:
            inner = list(where.values() if isinstance(where, dict) else where)
            if not inner or not isinstance(inner[n % len(inner)], dict | list) or not inner[n % len(inner)]:
                break
            where = inner[n % len(inner)]
        names = list(where) if isinstance(where, dict) else list(range(len(where)))
        where[names[keys[-1] % len(names)]] = data.draw(ANYTHING)

        try:
            found = ADAPTER.parse(json.dumps(whole).encode(), "", str)
        except NotUnderstood as odd:
            found = list(odd.understood)
        assert all(isinstance(event, Incoming) for event in found)
        assert all(stored(event.external_id) for event in found if isinstance(event, IncomingMessage))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def stored(key: str) -> bool:
    """Whether it can be a part of a key."""
    return 0 < len(key.encode()) <= 1000
