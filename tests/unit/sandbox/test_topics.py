"""Topics of the forum: opened, renamed, closed, deleted."""

from infra.local.sandbox import RunningSandbox

ANNA = 600_001


def described(answer: dict[str, object]) -> object:
    return answer["result"] if answer["ok"] else answer["description"]


def test_a_topic_never_takes_the_number_of_general(topic: int) -> None:
    assert topic > 1


def test_closing_twice_modifies_nothing(sandbox: RunningSandbox, desk: int, topic: int) -> None:
    place = {"chat_id": desk, "message_thread_id": topic}

    assert described(sandbox.call("closeForumTopic", **place)) is True
    assert described(sandbox.call("closeForumTopic", **place)) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert described(sandbox.call("reopenForumTopic", **place)) is True
    assert described(sandbox.call("editForumTopic", **place, name="Anna Volkova")) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert described(sandbox.call("editForumTopic", **place, name="★ Anna")) is True
    assert described(sandbox.call("deleteForumTopic", **place)) is True
    assert described(sandbox.call("reopenForumTopic", **place)) == "Bad Request: TOPIC_ID_INVALID"


def test_only_a_forum_has_topics(sandbox: RunningSandbox) -> None:
    assert described(sandbox.call("createForumTopic", chat_id=ANNA, name="x")) == "Bad Request: the chat is not a forum"


def test_a_long_name_is_cut_as_telegram_cuts_it_and_noted(sandbox: RunningSandbox, desk: int) -> None:
    topic = sandbox.call("createForumTopic", chat_id=desk, name="x" * 200)["result"]

    assert topic["name"] == "x" * 128
    assert sandbox.get("/calls")[-1]["violations"] == ["name: longer than 128 characters, cut"]


def test_a_reply_in_general_carries_a_thread_that_is_not_a_topic(sandbox: RunningSandbox, desk: int) -> None:
    first = sandbox.post("/say", staff=500_002, text="who is on duty?")["message_id"]
    sandbox.post("/say", staff=500_003, text="me", reply_to=first)

    reply = sandbox.call("getUpdates")["result"][-1]["message"]

    assert reply["message_thread_id"] == first
    assert "is_topic_message" not in reply
    assert sandbox.call("sendMessage", chat_id=desk, message_thread_id=first, text="x")["error_code"] == 400
