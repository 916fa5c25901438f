"""Misfortunes on order, and the record of calls."""

import http.client
import json
import urllib.error

import pytest

from infra.local.sandbox import RunningSandbox

ANNA = 600_001


def sent_texts(sandbox: RunningSandbox) -> list[str]:
    chat = next(chat for chat in sandbox.get("/state")["chats"] if chat["id"] == ANNA)
    return [message["text"] for message in chat["messages"]]


def test_the_next_calls_fail_as_told_and_then_all_is_well(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", messenger="telegram", path="/sendMessage$", status=502, body="<html>", count=2)

    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):  # as a gateway's HTML page would
            sandbox.call("sendMessage", chat_id=ANNA, text="hi")
    assert sandbox.call("sendMessage", chat_id=ANNA, text="hi")["ok"]

    assert [call["status"] for call in sandbox.get("/calls")] == [502, 502, 200]
    assert sent_texts(sandbox) == ["hi"]


def test_a_429_by_order_speaks_telegrams_language(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", path="sendMessage", status=429, headers={"Retry-After": "7"})

    answer = sandbox.call("sendMessage", chat_id=ANNA, text="hi")

    assert answer["parameters"] == {"retry_after": 7}


def test_carried_out_and_yet_an_error(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", path="sendMessage", status=500, after=True)

    assert sandbox.call("sendMessage", chat_id=ANNA, text="hi")["error_code"] == 500
    assert sent_texts(sandbox) == ["hi"]


@pytest.mark.parametrize(("after", "arrived"), [(True, ["hi"]), (False, []), (None, ["hi"])])
def test_cut_off_without_an_answer(sandbox: RunningSandbox, after: bool | None, arrived: list[str]) -> None:
    sandbox.post("/faults", path="sendMessage", drop=True, **({} if after is None else {"after": after}))

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
        sandbox.call("sendMessage", chat_id=ANNA, text="hi")

    assert sent_texts(sandbox) == arrived
    assert sandbox.get("/calls")[-1]["status"] is None


def test_faults_can_be_taken_back(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", path="getMe", status=500, count=10)
    sandbox.request("DELETE", "/faults")

    assert sandbox.call("getMe")["ok"]


def test_a_delay_only_delays(sandbox: RunningSandbox) -> None:
    sandbox.post("/faults", path="getMe", delay_ms=1)

    assert sandbox.call("getMe")["ok"]
    assert sandbox.get("/faults") == []


def test_calls_are_numbered_and_can_be_followed(sandbox: RunningSandbox) -> None:
    sandbox.call("getMe")
    sandbox.call("sendMessage", chat_id=ANNA, text="hi")

    [first, second] = sandbox.get("/calls?messenger=telegram")

    assert (first["n"], first["method"], first["status"], first["violations"]) == (1, "getMe", 200, [])
    assert second["body"] == {"chat_id": ANNA, "text": "hi"}
    assert second["path"].endswith("/sendMessage")
    assert sandbox.get("/calls?since=1") == [second]
    assert sandbox.get("/calls?messenger=viber") == []


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/say", {"messenger": "icq", "user": "x", "bogus": 1}, ["messenger", "text", "user", "name", "bogus"]),
        ("/say", {"user": ANNA, "text": " "}, ["text"]),
        ("/say", {"user": ANNA, "text": "x" * 4097}, ["text"]),
        ("/say", {"staff": 1, "text": "x"}, ["staff"]),
        ("/tap", {"user": ANNA, "message_id": 99, "button": "x"}, ["message_id"]),
        ("/faults", {"path": "(", "count": 0, "status": 42}, ["count", "status", "path"]),
        ("/faults", {"path": "x"}, ["status"]),
        ("/limits", {"speed": 0, "enforce": "no"}, ["enforce", "speed"]),
        ("/resend", {}, ["update_id"]),
        ("/clients", {"name": " "}, ["name"]),
    ],
)
def test_bad_input_names_every_field(
    sandbox: RunningSandbox, path: str, body: dict[str, object], fields: list[str]
) -> None:
    status, problem = sandbox.request("POST", path, body)

    assert (status, problem["status"]) == (400, 400)
    assert [error["field"] for error in problem["errors"]] == fields
