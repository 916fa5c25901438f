"""The Lambda functions: time-outs, triggers and grants of each. Chalice says which exist; here is what each needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.template import names, queues, topics
from infra.template.grants import (
    CONSUME,
    READ,
    SEND,
    WRITE,
    Grant,
    announce,
    dead_announcements,
    logs_and_traces,
    messengers,
    queue,
    secrets,
    status_objects,
    table,
)

CODE = "./deployment.zip"
API_STAGE = "api"
COMPRESSED_FROM_BYTES = 1024


@dataclass(frozen=True)
class Function:
    """``name`` is the physical name after ``vipdesk-${Stage}-``; ``consumes`` a queue of ``queues.QUEUES``."""

    name: str
    grants: tuple[Grant, ...]
    timeout_seconds: int = 60
    consumes: str = ""
    most_at_once: int = 0
    """Concurrency of its event source; 0 leaves it to Lambda. The pace is set by token buckets, this is the roof."""


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
            announce(),
            secrets(),
            messengers(),
        ),
    ),
    "Outbox": Function(
        "outbox",
        consumes="outbox",
        grants=(
            table("desk", *READ, *WRITE),
            table("voice", *READ, *WRITE),
            table("settings", *READ),
            queue("outbox", *CONSUME, *SEND),
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
    "Planner": Function(
        "planner",
        grants=(
            table("desk", *READ),
            table("outages", *READ, *WRITE),
            table("settings", *READ),
            queue("deliveries", *SEND),
            queue("vip-deliveries", *SEND),
            dead_announcements(),
        ),
    ),
    "DeliverToVips": Function(
        "deliver-to-vips",
        consumes="vip-deliveries",
        most_at_once=5,
        grants=(*DELIVERS, queue("vip-deliveries", *CONSUME)),
    ),
    "Deliver": Function(
        "deliver",
        consumes="deliveries",
        most_at_once=10,
        grants=(*DELIVERS, queue("deliveries", *CONSUME)),
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


class UnknownFunctionError(Exception):
    """A handler and the table above do not match."""


def resources(packaged: Mapping[str, Any], architecture: str) -> dict[str, Any]:
    raw = packaged["Resources"]
    made: dict[str, Any] = {
        "RestAPI": _api(raw["RestAPI"]),
        "APIHandlerInvokePermission": raw["APIHandlerInvokePermission"],
    }
    found = {name for name, resource in raw.items() if resource["Type"] == "AWS::Serverless::Function"}
    if differing := found ^ FUNCTIONS.keys():
        raise UnknownFunctionError(
            f"{', '.join(sorted(differing))}: handlers in chalicelib/handlers and the table FUNCTIONS in "
            "infra/template/functions.py differ. Say there what the new function needs, or remove what is gone."
        )
    for function_id, function in FUNCTIONS.items():
        made |= _with_role_and_logs(function_id, function, raw[function_id]["Properties"], architecture)
    return made


def _with_role_and_logs(
    function_id: str, function: Function, raw: Mapping[str, Any], architecture: str
) -> dict[str, Any]:
    role_id, log_group_id = f"{function_id}Role", f"{function_id}LogGroup"
    grants = (logs_and_traces(log_group_id), *function.grants)
    events, on_failure = _events(function_id, function, raw.get("Events", {}))
    return {
        log_group_id: {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "LogGroupName": {"Fn::Sub": f"/aws/lambda/vipdesk-${{Stage}}-{function.name}"},
                "RetentionInDays": {"Ref": "LogRetentionDays"},
            },
        },
        role_id: {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": {"Fn::Sub": f"vipdesk-${{Stage}}-{function.name}-${{AWS::Region}}"},
                "AssumeRolePolicyDocument": _trust("lambda.amazonaws.com"),
                "Policies": [
                    {
                        "PolicyName": "only-what-it-uses",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [statement for grant in grants for statement in grant.statements],
                        },
                    }
                ],
            },
        },
        function_id: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "FunctionName": names.physical(function.name),
                "Runtime": raw["Runtime"],
                "Handler": raw["Handler"],
                "CodeUri": CODE,
                "Architectures": [architecture],
                "MemorySize": {"Ref": "MemorySize"},
                "Timeout": function.timeout_seconds,
                "Tracing": "Active",
                "LoggingConfig": {"LogGroup": {"Ref": log_group_id}},
                "Environment": {"Variables": {k: v for grant in grants for k, v in sorted(grant.environment.items())}},
                "Role": names.arn(role_id),
                **on_failure,
                **({"Events": events} if events else {}),
            },
        },
    }


def _events(function_id: str, function: Function, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The triggers, and what happens to an asynchronous event that could not be handled."""
    events: dict[str, Any] = {}
    on_failure: dict[str, Any] = {}
    for event_id, event in raw.items():
        if event["Type"] == "SQS":
            events[event_id] = _consumer(function, event["Properties"]["BatchSize"])
        elif event["Type"] == "SNS":
            events[event_id] = topics.subscription(function_id)
            on_failure = _after_failure(names.arn(names.logical(queues.DEAD_ANNOUNCEMENTS)))
        elif event["Type"] == "Schedule":
            schedule = {**event["Properties"], "Name": names.physical(function.name)}
            events[event_id] = {"Type": "Schedule", "Properties": schedule}
            on_failure = _after_failure(None)
        else:
            raise UnknownFunctionError(f"{function_id} has a trigger of type {event['Type']}: teach _events about it.")
    return events, on_failure


def _consumer(function: Function, batch_size: int) -> dict[str, Any]:
    return {
        "Type": "SQS",
        "Properties": {
            "Queue": names.arn(queues.queue_id(function.consumes)),
            "BatchSize": batch_size,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            **({"ScalingConfig": {"MaximumConcurrency": function.most_at_once}} if function.most_at_once else {}),
        },
    }


def _after_failure(destination: dict[str, Any] | None) -> dict[str, Any]:
    """An announcement is retried and kept. A minute's check is not: the next one does its work."""
    if destination is None:
        return {"EventInvokeConfig": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}}
    return {
        "EventInvokeConfig": {
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": destination}},
        }
    }


def _api(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::Serverless::Api",
        "Properties": {
            "Name": {"Fn::Sub": "vipdesk-${Stage}"},
            "StageName": API_STAGE,
            "EndpointConfiguration": {"Type": "REGIONAL"},
            "MinimumCompressionSize": COMPRESSED_FROM_BYTES,
            "TracingEnabled": True,
            "DefinitionBody": raw["Properties"]["DefinitionBody"],
        },
    }


def _trust(service: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
