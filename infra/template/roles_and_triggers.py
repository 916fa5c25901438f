"""Each Lambda function with its role, its log group and its triggers, from the table in ``functions``; and the API."""

import json
from collections.abc import Mapping
from typing import Any

from infra.template import names, queues, topics
from infra.template.functions import API_STAGE, CODE, FUNCTIONS, Function
from infra.template.grants import logs_and_traces

COMPRESSED_FROM_BYTES = 1024

# What is no route, or no method of one, API Gateway answers itself: by default 403 and words about a missing token.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
_NO_ROUTE: dict[str, Any] = {
    "x-amazon-apigateway-gateway-responses": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": "404",
            "responseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
            "responseTemplates": {
                "application/json": json.dumps(
                    {
                        "type": "urn:vipdesk:problem:not-found",
                        "title": "Not Found",
                        "status": 404,
                        "detail": "There is no such path, or not with this method. GET /admin/openapi.json lists all.",
                    }
                )
            },
        }
    }
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
            events |= _consumers(event_id, function, event["Properties"]["BatchSize"])
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


def _consumers(event_id: str, function: Function, batch_size: int) -> dict[str, Any]:
    """One for each of its queues; Chalice knows of one queue only."""
    first, *others = function.consumes
    named = {event_id: first} | {names.logical(name, "source"): name for name in others}
    return {each: _consumer(name, function, batch_size) for each, name in named.items()}


def _consumer(queue: str, function: Function, batch_size: int) -> dict[str, Any]:
    return {
        "Type": "SQS",
        "Properties": {
            "Queue": names.arn(queues.queue_id(queue)),
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
            "DefinitionBody": {**raw["Properties"]["DefinitionBody"], **_NO_ROUTE},
        },
    }


def _trust(service: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
