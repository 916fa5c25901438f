"""What VK's callback events mean for the desk."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import (
    Attachment,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers import vk
from chalicelib.messengers.adapter import NotUnderstood

Json = dict[str, Any]

GROUP, ANNA, CHAT = 7001, 600_001, 2_000_000_005
SECRETS = {"vk_secret": "s3cret", "vk_group_id": str(GROUP), "vk_confirmation": "a1b2c3"}


def event(type_: str, given: Any = None, **more: Any) -> Json:
    said = {} if given is None else {"object": given}
    return {"type": type_, "group_id": GROUP, "event_id": "e1", "v": "5.199", "secret": "s3cret", **said, **more}


def message(**more: Any) -> Json:
    said = {"id": 31, "conversation_message_id": 12, "date": 1_767_225_600, "from_id": ANNA, "peer_id": ANNA, "out": 0}
    return {**said, "version": 1, "text": "Hello", **more}


def parsed(body: Json) -> Incoming:
    [found] = vk.ADAPTER.parse(json.dumps(body).encode(), "", str)
    return found


def written(**more: Any) -> IncomingMessage:
    found = parsed(event("message_new", {"message": message(**more), "client_info": {}}))
    assert isinstance(found, IncomingMessage)
    return found


def verified(body: Any, secrets: dict[str, str] = SECRETS) -> bool:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return vk.ADAPTER.verify(raw, {}, secrets.__getitem__)


class TestWhoCalls:
    def test_vk_with_the_secret_and_the_community(self) -> None:
        assert verified(event("message_new", {}))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"secret": "s3cre"},
            {"secret": ""},
            {"secret": None},
            {"secret": "\ud83d"},
            {"secret": ["s3cret"]},
            {"group_id": 7002},
            {"group_id": None},
        ],
    )
    def test_anybody_else(self, wrong: Json) -> None:
        assert not verified(event("message_new", {}, **wrong))

    @pytest.mark.parametrize("missing", ["secret", "group_id"])
    def test_something_missing(self, missing: str) -> None:
        body = event("message_new", {})
        del body[missing]
        assert not verified(body)

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'"s3cret"'])
    def test_what_is_no_event(self, raw: bytes) -> None:
        assert not verified(raw)

    def test_no_secret_set_opens_to_nobody(self) -> None:
        assert not verified(event("message_new", {}, secret=""), {**SECRETS, "vk_secret": ""})

    @pytest.mark.parametrize("unset", [{"vk_secret": "s3cret"}, {**SECRETS, "vk_group_id": ""}])
    def test_any_community_where_none_is_set(self, unset: dict[str, str]) -> None:
        assert verified(event("message_new", {}, group_id=1), unset)


class TestHandshake:
    def answered(self, body: Json) -> bytes | None:
        return vk.ADAPTER.handshake(json.dumps(body).encode(), {}, SECRETS.__getitem__)

    def test_the_confirmation_string_as_it_is(self) -> None:
        assert self.answered(event("confirmation")) == b"a1b2c3"

    def test_not_for_whoever_does_not_know_the_secret(self) -> None:
        assert self.answered(event("confirmation", secret="guess")) is None
        assert self.answered(event("confirmation", group_id=1)) is None

    def test_other_events_are_no_handshake(self) -> None:
        assert self.answered(event("message_new", {})) is None

    def test_everything_else_hears_ok(self) -> None:
        assert vk.ADAPTER.success == b"ok"
        assert vk.ADAPTER.tap_answer("tap", "Thank you") == b"ok"


class TestMessages:
    def test_words(self) -> None:
        assert written(text="Где мой заказ?") == IncomingMessage(
            external_id=f"{ANNA}/12",
            account=str(GROUP),
            chat=str(ANNA),
            private=True,
            sender=Sender(str(ANNA), f"VK id {ANNA}"),
            at=datetime(2026, 1, 1, tzinfo=UTC),
            kind=Kind.TEXT,
            text="Где мой заказ?",
        )

    def test_a_bare_message_as_older_versions_send_it(self) -> None:
        assert parsed(event("message_new", message())) == written()

    def test_the_same_message_in_another_event_has_the_same_key(self) -> None:
        again = parsed(event("message_new", {"message": message()}, event_id="e2"))
        assert again == written()

    def test_a_chat_of_many_is_not_private(self) -> None:
        assert not written(peer_id=CHAT, id=0).private

    def test_an_answer_to_a_message(self) -> None:
        assert written(reply_message={"conversation_message_id": 7, "text": "before"}).reply_to == "7"

    def test_forwarded_messages_are_read_in_their_order(self) -> None:
        photo = {"type": "photo", "photo": {"id": 2, "owner_id": 1, "sizes": []}}
        inner = {"text": "third", "attachments": [photo]}
        found = written(text="first", fwd_messages=[{"text": "second", "fwd_messages": [inner]}, {"text": "fourth"}])
        assert (found.text, found.forwarded) == ("first\n\nsecond\n\nthird\n\nfourth", True)
        assert (found.kind, len(found.attachments)) == (Kind.PHOTO, 1)

    def test_a_personal_link(self) -> None:
        assert written(ref="inv-123", ref_source="mail").invitation == "inv-123"
        assert written(ref="").invitation is None

    @pytest.mark.parametrize("payload", ['{"command":"start"}', {"command": "start"}])
    def test_the_button_that_opens_a_chat(self, payload: Any) -> None:
        found = written(text="Начать", payload=payload, ref="inv-123")
        assert (found.kind, found.text, found.invitation) == (Kind.TEXT, "/start", "inv-123")

    @pytest.mark.parametrize("payload", ['{"data":"x"}', "not JSON", "1"])
    def test_a_button_of_a_keyboard_says_its_label(self, payload: str) -> None:
        found = written(text="Позвоните мне", payload=payload)
        assert (found.kind, found.text) == (Kind.BUTTON, "Позвоните мне")

    def test_half_an_emoji_spoils_nothing(self) -> None:
        assert written(text="ok \ud83d").text == "ok ?"

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"out": 1}, "not written by a person"),
            ({"from_id": -GROUP}, "not written by a person"),
            ({"action": {"type": "chat_invite_user"}, "peer_id": CHAT}, "service message"),
        ],
    )
    def test_what_no_client_says(self, more: Json, why: str) -> None:
        assert parsed(event("message_new", {"message": message(**more)})) == Ignored(why)


PHOTO = {
    "id": 2,
    "owner_id": 1,
    "sizes": [{"width": 1, "height": 1, "url": "s"}, {"width": 9, "height": 9, "url": "L"}],
}
DOC = {"id": 5, "owner_id": 1, "title": "act.pdf", "size": 7, "ext": "pdf", "url": "https://vk.com/doc1_5", "type": 1}
VOICE = {"id": 3, "owner_id": 1, "link_ogg": "https://x/v.ogg", "duration": 2}
SONG = {"id": 4, "owner_id": 1, "artist": "A", "title": "B", "url": "https://x/a.mp3"}


class TestAttachments:
    @pytest.mark.parametrize(
        ("type_", "thing", "expected"),
        [
            ("photo", PHOTO, Attachment(Kind.PHOTO, "L")),
            ("photo", {"id": 2, "owner_id": 1, "access_key": "k"}, Attachment(Kind.PHOTO, "photo1_2_k")),
            ("graffiti", {"id": 2, "owner_id": 1, "url": "g"}, Attachment(Kind.PHOTO, "g")),
            ("video", {"id": 2, "owner_id": 1, "title": "T"}, Attachment(Kind.VIDEO, "video1_2", "T")),
            ("audio", SONG, Attachment(Kind.AUDIO, "https://x/a.mp3", "A – B", "audio/mpeg")),
            ("audio_message", VOICE, Attachment(Kind.VOICE, "https://x/v.ogg", None, "audio/ogg")),
            ("doc", DOC, Attachment(Kind.DOCUMENT, "https://vk.com/doc1_5", "act.pdf", "application/pdf", 7)),
            (
                "doc",
                {**DOC, "type": 3, "ext": "gif", "size": 0},
                Attachment(Kind.ANIMATION, "https://vk.com/doc1_5", "act.pdf", "image/gif", 0),
            ),
            ("sticker", {"sticker_id": 9, "images": [{"width": 64, "url": "st"}]}, Attachment(Kind.STICKER, "st")),
            ("gift", {"id": 8, "thumb_256": "g"}, Attachment(Kind.STICKER, "g")),
            ("poll", {"id": 6, "owner_id": 1, "question": "Why?"}, Attachment(Kind.POLL, "poll1_6", "Why?")),
            ("call", {"state": "reached"}, Attachment(Kind.SYSTEM, "call", "call reached")),
            ("hologram", {"id": 6, "owner_id": 1}, Attachment(Kind.UNSUPPORTED, "hologram1_6", "hologram")),
        ],
    )
    def test_each_with_its_kind(self, type_: str, thing: Json, expected: Attachment) -> None:
        found = written(text="look", attachments=[{"type": type_, type_: thing}])
        assert (found.kind, found.text, found.attachments) == (expected.kind, "look", (expected,))

    @pytest.mark.parametrize(
        ("type_", "thing", "words"),
        [
            ("link", {"url": "https://example.org", "title": "Page"}, "Page https://example.org"),
            ("wall", {"id": 2, "owner_id": -1, "text": "Post"}, "Post https://vk.com/wall-1_2"),
            ("wall_reply", {"id": 3, "owner_id": -1, "post_id": 2}, "https://vk.com/wall-1_2?reply=3"),
            ("market", {"id": 2, "owner_id": -1, "title": "Shoes"}, "Shoes https://vk.com/market-1_2"),
            ("story", {"id": 2, "owner_id": 1}, "https://vk.com/story1_2"),
        ],
    )
    def test_what_is_pointed_at_is_named_in_words(self, type_: str, thing: Json, words: str) -> None:
        attachments = [{"type": type_, type_: thing}]
        assert (written(text="", attachments=attachments).kind, written(text="", attachments=attachments).text) == (
            Kind.TEXT,
            words,
        )
        assert written(text="How much?", attachments=attachments).text == f"How much?\n{words}"

    @pytest.mark.parametrize("thing", [{"sizes": [{"width": "wide", "url": "u"}]}, {"sizes": 1}, {"images": [[]]}])
    def test_a_shape_from_tomorrow_does_not_hide_the_words(self, thing: Json) -> None:
        found = written(text="look", attachments=[{"type": "photo", "photo": thing}])
        assert (found.kind, found.text) == (Kind.UNSUPPORTED, "look")

    def test_a_link_in_the_words_is_not_named_twice(self) -> None:
        attachments = [{"type": "link", "link": {"url": "https://example.org", "title": "Page"}}]
        assert written(text="see https://example.org", attachments=attachments).text == "see https://example.org"

    def test_several_give_the_kind_of_the_first(self) -> None:
        both = [{"type": "doc", "doc": DOC}, {"type": "photo", "photo": PHOTO}]
        found = written(attachments=both)
        assert (found.kind, [one.kind for one in found.attachments]) == (Kind.DOCUMENT, [Kind.DOCUMENT, Kind.PHOTO])

    @pytest.mark.parametrize(("text", "shown"), [("", "55.75, 37.61"), ("here", "here")])
    def test_a_place(self, text: str, shown: str) -> None:
        geo = {"type": "point", "coordinates": {"latitude": 55.75, "longitude": 37.61}, "place": {"title": "Moscow"}}
        found = written(text=text, geo=geo)
        assert (found.kind, found.text) == (Kind.LOCATION, shown)
        assert found.attachments == (Attachment(Kind.LOCATION, "55.75, 37.61", "Moscow, 55.75, 37.61"),)


class TestChanges:
    def test_each_edit_has_a_key_of_its_own_and_the_messages_key_inside(self) -> None:
        one = parsed(event("message_edit", message(text="Hi", update_time=2), event_id="a"))
        two = parsed(event("message_edit", message(text="Hey", update_time=2), event_id="b"))
        assert isinstance(one, IncomingEdit)
        assert isinstance(two, IncomingEdit)
        assert (one.message.external_id, one.message.text) == (written().external_id, "Hi")
        assert one.edit_key != two.edit_key

    def test_an_edit_of_our_own_message_is_no_clients(self) -> None:
        assert parsed(event("message_edit", message(from_id=-GROUP, out=1))) == Ignored("not written by a person")

    def test_our_own_echo(self) -> None:
        assert isinstance(parsed(event("message_reply", message(from_id=-GROUP, out=1))), Ignored)

    def test_a_reaction_set_changed_and_taken_back(self) -> None:
        def reacted(event_id: str, **more: Any) -> IncomingMessage:
            about = {"reacted_id": ANNA, "peer_id": ANNA, "cmid": 12, **more}
            found = parsed(event("message_reaction_event", about, event_id=event_id))
            assert isinstance(found, IncomingMessage)
            return found

        told = [reacted("a", reaction_id=1), reacted("b", reaction_id=4), reacted("c"), reacted("d", reaction_id=60)]
        assert [one.text for one in told] == ["❤", "👍", "", "#60"]
        assert {(one.kind, one.reply_to, one.private) for one in told} == {(Kind.REACTION, "12", True)}
        assert len({one.external_id for one in told}) == 4
        assert told[0].external_id == reacted("a", reaction_id=1).external_id

    def test_the_communitys_own_reaction_is_no_clients(self) -> None:
        about = {"reacted_id": -GROUP, "peer_id": ANNA, "cmid": 12, "reaction_id": 1}
        assert isinstance(parsed(event("message_reaction_event", about)), Ignored)

    @pytest.mark.parametrize(
        ("payload", "data"),
        [
            ({"data": "csat:i1:5"}, "csat:i1:5"),
            ('{"data":"csat:i1:5"}', "csat:i1:5"),
            ("csat:i1:5", "csat:i1:5"),
            ({"other": 1}, '{"other": 1}'),
        ],
    )
    def test_a_tap(self, payload: Any, data: str) -> None:
        about = {"user_id": ANNA, "peer_id": ANNA, "event_id": "t1", "payload": payload, "conversation_message_id": 12}
        sender = Sender(str(ANNA), f"VK id {ANNA}")
        assert parsed(event("message_event", about)) == IncomingTap("t1", str(GROUP), str(ANNA), "12", sender, data)

    @pytest.mark.parametrize(("type_", "reachable"), [("message_allow", True), ("message_deny", False)])
    def test_messages_allowed_and_forbidden(self, type_: str, reachable: bool) -> None:
        found = parsed(event(type_, {"user_id": ANNA, "key": "k"}))
        assert isinstance(found, IncomingReachability)
        assert (found.chat, found.sender.user, found.reachable) == (str(ANNA), str(ANNA), reachable)
        assert found.key == getattr(parsed(event(type_, {"user_id": ANNA})), "key", None)


class TestWhatIsNotUnderstood:
    def test_a_type_from_tomorrow_is_kept_by_its_key(self) -> None:
        with pytest.raises(NotUnderstood) as odd:
            parsed(event("message_sung", {}, event_id="e9"))
        assert odd.value.key == "e9"

    def test_a_shape_from_tomorrow_is_kept_by_its_key(self) -> None:
        with pytest.raises(NotUnderstood) as odd:
            parsed(event("message_new", {"message": message(peer_id={"id": 1})}, event_id="e9"))
        assert odd.value.key == "e9"

    @pytest.mark.parametrize(
        "odd", [{"conversation_message_id": 2**63}, {"from_id": 10**400}, {"date": 10**11}, {"date": -1}]
    )
    def test_numbers_that_no_store_takes(self, odd: Json) -> None:
        with pytest.raises(NotUnderstood):
            written(**odd)

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe", b'{"type": []}'])
    def test_what_is_no_event(self, raw: bytes) -> None:
        with pytest.raises(NotUnderstood):
            vk.ADAPTER.parse(raw, "", str)

    @given(
        st.sampled_from(["message_new", "message_edit", "message_event", "message_reaction_event", "message_deny"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            *message(),
                            "attachments",
                            "type",
                            "photo",
                            "geo",
                            "fwd_messages",
                            "payload",
                            "message",
                            "cmid",
                        ]
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=20,
        ),
    )
    def test_whatever_comes_is_parsed_or_not_understood(self, type_: str, given_: Any) -> None:
        body = event(type_, {**message(), **given_} if isinstance(given_, dict) else given_)
        try:
            vk.ADAPTER.parse(json.dumps(body).encode(), "", str)
        except NotUnderstood as odd:
            event_id = odd.key
        else:
            event_id = "e1"
        assert event_id == "e1"
