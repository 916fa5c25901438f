"""Sending, editing, copying, deleting, pinning, reacting: the Bot API answers as Telegram does."""

import pytest

from infra.local.sandbox import RunningSandbox

ANNA = 600_001
OLEG = 500_002
DINA = 500_003  # has not pressed Start


def sent(sandbox: RunningSandbox, chat_id: int = ANNA, **parameters: object) -> int:
    message_id: int = sandbox.call("sendMessage", chat_id=chat_id, **parameters)["result"]["message_id"]
    return message_id


def test_a_sent_message_is_answered_with_the_message(sandbox: RunningSandbox) -> None:
    answer = sandbox.call("sendMessage", chat_id=ANNA, text="  Hello, <b>Anna</b>  ", parse_mode="HTML")

    assert answer["ok"]
    message = answer["result"]
    assert message["text"] == "Hello, Anna"
    assert message["entities"] == [{"offset": 7, "length": 4, "type": "bold"}]
    assert message["chat"] == {"id": ANNA, "type": "private", "first_name": "Anna", "last_name": "Volkova"}
    assert message["from"]["is_bot"]


def test_a_message_in_a_topic_points_at_the_topics_root(sandbox: RunningSandbox, desk: int, topic: int) -> None:
    message = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="hi")["result"]

    assert message["message_thread_id"] == topic
    assert message["is_topic_message"] is True
    assert message["reply_to_message"]["message_id"] == topic
    assert message["reply_to_message"]["forum_topic_created"]["name"] == "Anna Volkova"


def test_general_has_no_thread(sandbox: RunningSandbox, desk: int) -> None:
    message = sandbox.call("sendMessage", chat_id=desk, text="to everybody")["result"]

    assert "message_thread_id" not in message
    assert "is_topic_message" not in message


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"text": "hi"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 42, "text": "hi"}, "Bad Request: chat not found"),
        ({"chat_id": "@nobody", "text": "hi"}, "Bad Request: chat not found"),
        ({"chat_id": DINA, "text": "hi"}, "Forbidden: bot can't initiate conversation with a user"),
        ({"chat_id": ANNA}, "Bad Request: message text is empty"),
        ({"chat_id": ANNA, "text": " \n "}, "Bad Request: message text is empty"),
        ({"chat_id": ANNA, "text": "<i> </i>", "parse_mode": "HTML"}, "Bad Request: message text is empty"),
        ({"chat_id": ANNA, "text": "x" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": ANNA, "text": "🙂" * 2049}, "Bad Request: message is too long"),
        ({"chat_id": ANNA, "text": "hi", "parse_mode": "Wiki"}, "Bad Request: unsupported parse_mode"),
        (
            {"chat_id": ANNA, "text": "hi", "reply_parameters": {"message_id": 99}},
            "Bad Request: message to be replied not found",
        ),
    ],
)
def test_what_cannot_be_sent(sandbox: RunningSandbox, parameters: dict[str, object], description: str) -> None:
    answer = sandbox.call("sendMessage", **parameters)

    assert answer == {"ok": False, "error_code": int("403" if "Forbidden" in description else "400")} | {
        "description": description
    }


@pytest.mark.parametrize("text", ["x" * 4096, "🙂" * 2048, "<b>" + "x" * 4096 + "</b>"])
def test_the_limit_counts_utf16_units_after_the_markup(sandbox: RunningSandbox, text: str) -> None:
    assert sandbox.call("sendMessage", chat_id=ANNA, text=text, parse_mode="HTML")["ok"]


@pytest.mark.parametrize("thread_id", [1, 4242])
def test_an_unknown_thread_is_refused_and_noted(sandbox: RunningSandbox, desk: int, thread_id: int) -> None:
    answer = sandbox.call("sendMessage", chat_id=desk, message_thread_id=thread_id, text="hi")

    assert answer["description"] == "Bad Request: message thread not found"
    assert sandbox.get("/calls")[-1]["violations"] == ["Bad Request: message thread not found"]


def test_a_topic_somebody_deleted_is_refused_but_is_not_the_callers_fault(
    sandbox: RunningSandbox, desk: int, topic: int
) -> None:
    sandbox.post("/topics/delete", topic=topic)

    answer = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="hi")

    assert answer["description"] == "Bad Request: message thread not found"
    assert sandbox.get("/calls")[-1]["violations"] == []


def test_a_person_who_blocked_the_bot_gets_nothing(sandbox: RunningSandbox) -> None:
    sandbox.post("/block", user=ANNA, blocked=True)

    answer = sandbox.call("sendMessage", chat_id=ANNA, text="hi")

    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    sandbox.post("/block", user=ANNA, blocked=False)
    assert sandbox.call("sendMessage", chat_id=ANNA, text="hi")["ok"]


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "Go", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "Go", "callback_data": "ю" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "Go", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        (
            {"text": "Go"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "Go", "url": "javascript:0"},
            "inline keyboard button URL 'javascript:0' is invalid: Unsupported URL protocol",
        ),
    ],
)
def test_buttons_that_telegram_refuses(sandbox: RunningSandbox, button: dict[str, str], description: str) -> None:
    answer = sandbox.call("sendMessage", chat_id=ANNA, text="hi", reply_markup={"inline_keyboard": [[button]]})

    assert answer["description"] == f"Bad Request: {description}"


def test_an_edit_replaces_text_and_keyboard(sandbox: RunningSandbox) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Take", "callback_data": "take"}]]}
    message_id = sent(sandbox, text="one", reply_markup=keyboard)

    answer = sandbox.call("editMessageText", chat_id=ANNA, message_id=message_id, text="two")

    assert answer["result"]["text"] == "two"
    assert "edit_date" in answer["result"]
    assert "reply_markup" not in answer["result"]


def test_the_same_edit_again_is_not_a_modification(sandbox: RunningSandbox) -> None:
    message_id = sent(sandbox, text="one")

    answer = sandbox.call("editMessageText", chat_id=ANNA, message_id=message_id, text="one")

    assert answer["description"].startswith("Bad Request: message is not modified: ")
    assert sandbox.get("/calls")[-1]["violations"] == []


def test_only_the_bots_own_messages_can_be_edited(sandbox: RunningSandbox) -> None:
    theirs = sandbox.post("/say", user=ANNA, text="mine")["message_id"]

    edit = {"chat_id": ANNA, "text": "yours"}

    assert sandbox.call("editMessageText", message_id=theirs, **edit)["description"] == (
        "Bad Request: message can't be edited"
    )
    assert sandbox.call("editMessageText", message_id=99, **edit)["description"] == (
        "Bad Request: message to edit not found"
    )


def test_a_copy_has_no_trace_of_the_original(sandbox: RunningSandbox, desk: int, topic: int) -> None:
    photo = sandbox.post("/say", user=ANNA, text="look", media={"kind": "photo"})["message_id"]

    copy = sandbox.call("copyMessage", chat_id=desk, message_thread_id=topic, from_chat_id=ANNA, message_id=photo)

    desk_chat = next(chat for chat in sandbox.get("/state")["chats"] if chat["id"] == desk)
    message = desk_chat["messages"][-1]
    assert copy["result"] == {"message_id": message["message_id"]}
    assert message["caption"] == "look"
    assert message["photo"][-1]["width"] == 1280
    assert "forward_origin" not in message


def test_a_photo_is_sent_again_by_its_file_id(sandbox: RunningSandbox, desk: int) -> None:
    photo = sandbox.post("/say", user=ANNA, media={"kind": "photo"})["message_id"]
    chat = next(chat for chat in sandbox.get("/state")["chats"] if chat["id"] == ANNA)
    file_id = next(m for m in chat["messages"] if m["message_id"] == photo)["photo"][0]["file_id"]

    assert sandbox.call("sendPhoto", chat_id=desk, photo=file_id, caption="from Anna")["ok"]
    assert sandbox.call("sendPhoto", chat_id=desk, photo="no-such-file")["error_code"] == 400
    assert sandbox.call("sendDocument", chat_id=desk, document=file_id)["error_code"] == 400
    assert (
        sandbox.call("sendPhoto", chat_id=desk, photo=file_id, caption="x" * 1025)["description"]
        == "Bad Request: message caption is too long"
    )


def test_a_deleted_message_is_gone(sandbox: RunningSandbox) -> None:
    message_id = sent(sandbox, text="oops")

    assert sandbox.call("deleteMessage", chat_id=ANNA, message_id=message_id)["result"] is True
    assert sandbox.call("deleteMessage", chat_id=ANNA, message_id=message_id)["description"] == (
        "Bad Request: message to delete not found"
    )


def test_a_pin_stands_at_the_head_until_it_is_unpinned(sandbox: RunningSandbox, desk: int, topic: int) -> None:
    card = sent(sandbox, desk, message_thread_id=topic, text="The card")

    sandbox.call("pinChatMessage", chat_id=desk, message_id=card)
    assert sandbox.call("getChat", chat_id=desk)["result"]["pinned_message"]["text"] == "The card"
    sandbox.call("unpinChatMessage", chat_id=desk, message_id=card)
    assert "pinned_message" not in sandbox.call("getChat", chat_id=desk)["result"]


def test_a_reaction_is_one_of_telegrams(sandbox: RunningSandbox) -> None:
    theirs = sandbox.post("/say", user=ANNA, text="hello")["message_id"]

    def react(*emoji: str) -> str:
        reaction = [{"type": "emoji", "emoji": one} for one in emoji]
        answer = sandbox.call("setMessageReaction", chat_id=ANNA, message_id=theirs, reaction=reaction)
        return "ok" if answer["ok"] else answer["description"]

    assert react("👀") == "ok"
    assert react("✅") == "Bad Request: REACTION_INVALID"
    assert react("👀", "👍") == "Bad Request: REACTIONS_TOO_MANY"
    assert react() == "ok"


def test_parameters_may_come_as_a_form_with_serialised_objects(sandbox: RunningSandbox) -> None:
    markup = '{"inline_keyboard":[[{"text":"Go","callback_data":"go"}]]}'
    path = f"/telegram/bot{sandbox.config.telegram.token}/sendmessage"
    query = f"?chat_id={ANNA}&text=hi&disable_notification=true&reply_markup=" + markup.replace('"', "%22")

    status, answer = sandbox.request("GET", path + query)

    assert status == 200
    assert answer["result"]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Go"
    assert sandbox.get("/calls")[-1]["violations"] == []
