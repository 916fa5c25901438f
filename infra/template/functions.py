"""The Lambda functions: time-out, queue and grants of each. Chalice says which exist; here is what each needs.

``roles_and_triggers`` makes the resources from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.template.grants import (
    CONSUME,
    READ,
    SEND,
    WRITE,
    Grant,
    announce,
    conversation_files,
    dead_announcements,
    messengers,
    queue,
    secrets,
    status_objects,
    table,
)
from infra.template.queues import DELIVERIES

CODE = "./deployment.zip"
API_STAGE = "api"


@dataclass(frozen=True)
class Function:
    """``name`` is the physical name after ``vipdesk-${Stage}-``; ``consumes`` queues of ``queues.QUEUES``."""

    name: str
    grants: tuple[Grant, ...]
    timeout_seconds: int = 60
    consumes: tuple[str, ...] = ()
    most_at_once: int | dict[str, str] = 0
    """Concurrency of each event source, or the parameter that has it; 0 leaves it to Lambda. The pace is set by token
    buckets, this is the roof."""


DELIVERS = (
    table("outages", *READ, *WRITE),
    table("desk", *READ, *WRITE),
    table("settings", *READ),
    secrets(),
    messengers(),
)

FUNCTIONS: Mapping[str, Function] = {
    "APIHandler": Function(
        "api",
        timeout_seconds=29,  # API Gateway gives up then
        grants=(
            *(table(name, *READ, *WRITE) for name in ("desk", "outages", "voice", "settings")),
            queue("outbox", *SEND),
            *(queue(name, *SEND) for name in DELIVERIES),  # what did not arrive after all goes to the next messenger
            queue("vip-deliveries", *SEND),
            announce(),
            conversation_files(),
            secrets(),
            messengers(),
        ),
    ),
    "Outbox": Function(
        "outbox",
        consumes=("outbox",),
        grants=(
            table("desk", *READ, *WRITE),
            table("voice", *READ, *WRITE),
            table("settings", *READ, *WRITE),  # an upgraded group has another id
            queue("outbox", *CONSUME, *SEND),
            conversation_files(),
            secrets(),
            messengers(),
        ),
    ),
    "ServiceLevels": Function(
        "service-levels",
        grants=(
            table("desk", *READ, *WRITE),
            table("outages", *READ, *WRITE),
            table("settings", *READ),
            queue("outbox", *SEND),
            announce(),
            secrets(),
        ),
    ),
    "Rhythm": Function(
        "rhythm",
        grants=(
            table("desk", *READ, *WRITE),
            table("voice", *READ, *WRITE),
            table("settings", *READ),
            queue("outbox", *SEND),
            secrets(),
        ),
    ),
    "EmergencyChannel": Function(
        "emergency-channel",
        grants=(
            table("outages", *READ),
            table("desk", *WRITE),
            table("settings", *READ),
            queue("outbox", *SEND),
            dead_announcements(),
        ),
    ),
    "AudienceCounter": Function(
        "audience-counter",
        grants=(
            table("desk", *READ, *WRITE),  # the team is told in its group
            table("outages", *READ, *WRITE),
            table("settings", *READ),
            queue("outbox", *SEND),
            announce(),  # parts of a large audience get a counter each
            dead_announcements(),
        ),
    ),
    "Planner": Function(
        "planner",
        grants=(
            table("desk", *READ),
            table("outages", *READ, *WRITE),
            table("settings", *READ),
            *(queue(name, *SEND) for name in DELIVERIES),
            queue("vip-deliveries", *SEND),
            announce(),  # parts of a large audience get a planner each
            dead_announcements(),
        ),
    ),
    "OutageTickets": Function(
        "outage-tickets",
        grants=(
            table("desk", *READ, *WRITE),
            table("outages", *READ, *WRITE),
            table("settings", *READ),
            queue("outbox", *SEND),
            secrets(),
            dead_announcements(),
        ),
    ),
    "DeliverToVips": Function(
        "deliver-to-vips",
        consumes=("vip-deliveries",),
        most_at_once=5,
        grants=(*DELIVERS, queue("vip-deliveries", *CONSUME)),
    ),
    "Deliver": Function(
        "deliver",
        consumes=DELIVERIES,
        most_at_once={"Ref": "DeliverersAtOnce"},
        grants=(*DELIVERS, *(queue(name, *CONSUME) for name in DELIVERIES)),
    ),
    "StatusPage": Function(
        "status-page",
        grants=(table("outages", *READ), table("settings", *READ), status_objects(), secrets(), dead_announcements()),
    ),
}
"""By the logical id Chalice gives: the CamelCase of the handler's ``name``."""

OUTPUTS = {
    "ApiUrl": {
        "Value": {"Fn::Sub": f"https://${{RestAPI}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"}
    },
    "ApiId": {"Value": {"Ref": "RestAPI"}},
}
