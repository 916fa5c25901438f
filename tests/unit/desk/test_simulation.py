"""The what-if of the admin endpoint: its answers, and what it refuses."""

import json
from typing import Any

import pytest

from chalicelib.desk.simulation import simulate
from chalicelib.desk.validation import Invalid
from tests.published_cases import cases, expected_part

REQUEST: dict[str, Any] = {
    "calendars": {"c": "24x7"},
    "targets": {"first_reply": {"minutes": 10, "calendar": "c"}, "update": {"minutes": 60, "calendar": "c"}},
    "ladder": [{"at": "50%", "notify": "owner"}, {"at": "0m", "notify": ["manager", "duty"], "loud": True}],
    "events": [
        {"at": "2026-11-22T10:00:00Z", "type": "client_message", "text": "The report is empty"},
        {"at": "2026-11-22T13:12:30.5+03:00", "type": "staff_reply"},
    ],
    "until": "2026-11-22T10:42:30.500Z",
}


def test_the_answer_has_cycles_in_order_of_start_and_escalations_in_order_of_time() -> None:
    answer = simulate(REQUEST)
    assert answer == {
        "cycles": [
            {
                "metric": "first_reply",
                "cycle": 1,
                "started_at": "2026-11-22T10:00:00Z",
                "due_at": "2026-11-22T10:10:00Z",
                "ended_at": "2026-11-22T10:12:30.500000Z",
                "ended_by": "reply",
                "verdict": "missed",
                "business_minutes": 750.5 / 60,
            },
            {
                "metric": "update",
                "cycle": 1,
                "started_at": "2026-11-22T10:12:30.500000Z",
                "due_at": "2026-11-22T11:12:30.500000Z",
                "ended_at": None,
                "ended_by": None,
                "verdict": "running",
                "business_minutes": 30.0,
            },
        ],
        "escalations": [
            {"metric": "first_reply", "cycle": 1, "step": "50%", "notify": "owner", "at": "2026-11-22T10:05:00Z"},
            {
                "metric": "first_reply",
                "cycle": 1,
                "step": "0m",
                "notify": ["manager", "duty"],
                "at": "2026-11-22T10:10:00Z",
            },
            {"metric": "update", "cycle": 1, "step": "50%", "notify": "owner", "at": "2026-11-22T10:42:30.500000Z"},
        ],
    }
    assert json.loads(json.dumps(answer)) == answer


EVENTS_OF_EVERY_TYPE: list[dict[str, Any]] = [
    {"at": "2026-11-22T10:00:00Z", "type": "client_message"},
    {"at": "2026-11-22T10:01:00Z", "type": "targets", "targets": {"callback": {"minutes": 20, "calendar": "24x7"}}},
    {"at": "2026-11-22T10:02:00Z", "type": "acknowledged", "metric": "first_reply"},
    {"at": "2026-11-22T10:03:00Z", "type": "staff_reply"},
    {"at": "2026-11-22T10:04:00Z", "type": "reply_failed", "reply_at": "2026-11-22T10:03:00Z"},
    {"at": "2026-11-22T10:05:00Z", "type": "promise", "until": "2026-11-22T12:00:00Z"},
    {"at": "2026-11-22T10:06:00Z", "type": "waiting"},
    {"at": "2026-11-22T10:07:00Z", "type": "resumed"},
    {"at": "2026-11-22T10:08:00Z", "type": "handoff_offered"},
    {"at": "2026-11-22T10:09:00Z", "type": "handoff_ended", "how": "declined"},
    {"at": "2026-11-22T10:10:00Z", "type": "closed"},
    {"at": "2026-11-22T10:11:00Z", "type": "low_grade"},
    {"at": "2026-11-22T10:12:00Z", "type": "callback_done"},
    {"at": "2026-11-22T10:13:00Z", "type": "reopened"},
]


def test_every_type_of_event_is_understood() -> None:
    answer = simulate({**REQUEST, "events": EVENTS_OF_EVERY_TYPE, "until": "2026-11-22T11:00:00Z"})
    assert [(cycle["metric"], cycle["ended_by"]) for cycle in answer["cycles"]] == [
        ("first_reply", "reply"),
        ("update", "closed"),
        ("callback", "done"),
    ]


def test_a_metric_without_a_target_has_no_cycles() -> None:
    assert simulate({**REQUEST, "targets": {}})["cycles"] == []


THANKS = {"at": "2026-11-22T10:30:00Z", "type": "client_message", "text": "Спасибо! 👍"}


@pytest.mark.parametrize(
    "before",
    [
        [],
        REQUEST["events"],
        [*REQUEST["events"], {"at": "2026-11-22T10:20:00Z", "type": "waiting"}],
        [*REQUEST["events"], {"at": "2026-11-22T10:20:00Z", "type": "closed"}],
    ],
)
def test_a_plain_thank_you_changes_nothing_whatever_the_state(before: list[dict[str, Any]]) -> None:
    targets = {m: {"minutes": 10, "calendar": "c"} for m in ("first_reply", "next_reply", "update", "resolve")}
    request = {**REQUEST, "targets": targets}
    assert simulate({**request, "events": [*before, THANKS]}) == simulate({**request, "events": before})


def errors(request: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        simulate(request)
    return [error.field for error in refused.value.errors]


@pytest.mark.parametrize("request_", [None, [], "x", 1])
def test_a_request_that_is_no_object_is_refused(request_: Any) -> None:
    assert errors(request_)[0] == ""


def test_what_is_missing_is_named() -> None:
    assert errors({}) == ["targets", "events", "until"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"policy": 1}, "policy"),
        ({"calendars": [], "targets": {}}, "calendars"),
        (
            {"calendars": {"c": "24x7", "d": {"timezone": "UTC", "hours": {"mon": [["09:00", "18:60"]]}}}},
            "calendars.d.hours.mon[0][1]",
        ),
        ({"targets": {"first_reply": {"minutes": 0, "calendar": "c"}}}, "targets.first_reply.minutes"),
        ({"targets": {"first_reply": {"minutes": 1, "calendar": "d"}}}, "targets.first_reply.calendar"),
        ({"targets": {"zeroth_reply": {"minutes": 1, "calendar": "c"}}}, "targets.zeroth_reply"),
        ({"ladder": [{"at": "soon", "notify": "owner"}]}, "ladder[0].at"),
        ({"events": {}}, "events"),
        ({"events": ["client_message"]}, "events[0]"),
        ({"until": "2026-11-22"}, "until"),
        ({"until": "2026-11-22T10:00:00"}, "until"),
        ({"until": "2026-11-22 10:00:00Z"}, "until"),
        ({"until": "2026-11-31T10:00:00Z"}, "until"),
        ({"until": "2026-11-22T24:00:01Z"}, "until"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ({"until": "9999-12-31T23:59:59Z"}, "until"),
        ({"until": 1764000000}, "until"),
        ({"until": None}, "until"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], field: str) -> None:
    assert errors({**REQUEST, **changes}) == [field]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, ["type"]),
        ({"type": "client_message"}, ["at"]),
        ({"type": "telepathy", "at": "2026-11-22T10:00:00Z"}, ["type"]),
        ({"type": ["closed"], "at": "2026-11-22T10:00:00Z"}, ["type"]),
        ({"type": "closed", "at": "yesterday"}, ["at"]),
        ({"type": "closed", "at": "2026-11-22T10:00:00Z", "text": "bye"}, ["text"]),
        ({"type": "client_message", "at": "2026-11-22T10:00:00Z", "text": 5}, ["text"]),
        ({"type": "promise", "at": "2026-11-22T10:00:00Z"}, ["until"]),
        ({"type": "promise", "at": "2026-11-22T10:00:00Z", "until": "2026-11-22T10:00:00Z"}, ["until"]),
        ({"type": "reply_failed", "at": "2026-11-22T10:00:00Z"}, ["reply_at"]),
        ({"type": "reply_failed", "at": "2026-11-22T10:20:00Z", "reply_at": "2026-11-22T10:11:00Z"}, ["reply_at"]),
        ({"type": "acknowledged", "at": "2026-11-22T10:00:00Z", "metric": "sleep"}, ["metric"]),
        ({"type": "handoff_ended", "at": "2026-11-22T10:00:00Z", "how": "eaten"}, ["how"]),
        (
            {"type": "targets", "at": "2026-11-22T10:00:00Z", "targets": {"update": {}}},
            ["targets.update.minutes", "targets.update.calendar"],
        ),
    ],
)
def test_what_cannot_be_read_of_an_event_is_named(event: dict[str, Any], field: list[str]) -> None:
    assert errors({**REQUEST, "events": [*REQUEST["events"], event]}) == [f"events[2].{name}" for name in field]


def test_a_what_if_has_its_limits() -> None:
    assert errors({**REQUEST, "events": [REQUEST["events"][0]] * 2001}) == ["events"]


def test_everything_wrong_is_named_at_once() -> None:
    request = {
        **REQUEST,
        "extra": 1,
        "until": "never",
        "events": [{"type": "closed", "at": 1}, {"type": "closed", "on": 1}],
    }
    assert errors(request) == ["extra", "events[0].at", "events[1].at", "events[1].on", "until"]


@pytest.mark.parametrize("case", cases())
def test_published_cases_have_their_published_answers(case: dict[str, Any]) -> None:
    assert expected_part(simulate(case["input"]), case["expect"]) == case["expect"]
