"""What a function may do, and the environment variables that tell it where: one grant gives both.

``functions`` composes these. Resources are always this stage's own; ``*`` stands only where IAM has nothing narrower
(X-Ray), and logs are those of the function itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.template import files, names, queues, status_site, topics
from infra.template.parameters import MESSENGER_API_URLS

SECRETS_PATH = "/vipdesk/${Stage}"

READ = ("GetItem", "BatchGetItem", "Query")
WRITE = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "ConditionCheckItem")
"""Transactions are allowed by the actions they are made of. There is no Scan: the product has none."""

SEND = ("SendMessage",)
CONSUME = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")


@dataclass(frozen=True)
class Grant:
    statements: tuple[dict[str, Any], ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)


def table(name: str, *actions: str) -> Grant:
    logical_id = names.logical(name, "table")
    return Grant(
        (
            _allow(
                [f"dynamodb:{action}" for action in actions],
                names.arn(logical_id),
                {"Fn::Sub": f"${{{logical_id}.Arn}}/index/*"},
            ),
        ),
        {f"{name.upper()}_TABLE": {"Ref": logical_id}},
    )


def queue(name: str, *actions: str) -> Grant:
    logical_id = queues.queue_id(name)
    return Grant(
        (_allow([f"sqs:{action}" for action in actions], names.arn(logical_id)),),
        {f"{name.replace('-', '_').upper()}_QUEUE_URL": {"Ref": logical_id}},
    )


def announce() -> Grant:
    """Publish to the topic of announcements."""
    return Grant(
        (_allow(["sns:Publish"], {"Ref": topics.TOPIC_ID}),), {"ANNOUNCEMENTS_TOPIC_ARN": {"Ref": topics.TOPIC_ID}}
    )


def dead_announcements() -> Grant:
    """Lambda itself puts here, in the function's name, an event it failed to handle."""
    return Grant((_allow(["sqs:SendMessage"], names.arn(names.logical(queues.DEAD_ANNOUNCEMENTS))),))


def status_objects() -> Grant:
    """Write the status page, its feed and the banner."""
    objects = {"Fn::Sub": f"${{{status_site.BUCKET_ID}.Arn}}/*"}
    return Grant((_allow(["s3:PutObject"], objects),), {"STATUS_BUCKET": {"Ref": status_site.BUCKET_ID}})


def conversation_files() -> Grant:
    """Keep files and lead to them. Listing is what tells a file that is not there from one that may not be seen."""
    objects = {"Fn::Sub": f"${{{files.BUCKET_ID}.Arn}}/*"}
    return Grant(
        (_allow(["s3:GetObject", "s3:PutObject"], objects), _allow(["s3:ListBucket"], names.arn(files.BUCKET_ID))),
        {"FILES_BUCKET": {"Ref": files.BUCKET_ID}},
    )


def secrets() -> Grant:
    """Read the stage's SSM parameters; they are encrypted with the account's own key of SSM."""
    parameters = f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{SECRETS_PATH}"
    keys = {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"}
    decrypt = _allow(["kms:Decrypt"], keys)
    decrypt["Condition"] = {
        "StringEquals": {"kms:ViaService": {"Fn::Sub": "ssm.${AWS::Region}.${AWS::URLSuffix}"}},
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/aws/ssm"},
    }
    read = _allow(["ssm:GetParametersByPath"], {"Fn::Sub": parameters}, {"Fn::Sub": f"{parameters}/*"})
    return Grant((read, decrypt), {"SECRETS_PATH": {"Fn::Sub": f"{SECRETS_PATH}/"}})


def messengers() -> Grant:
    """Where the messengers' APIs are and how fast their limits run. Reaching the internet needs no permission."""
    urls = {f"{name.upper()}_API_URL": {"Ref": f"{name}ApiUrl"} for name in MESSENGER_API_URLS}
    return Grant(environment={**urls, "LIMITS_SPEED": {"Ref": "LimitsSpeed"}})


def logs_and_traces(log_group_id: str) -> Grant:
    """What every function has: its own log group, and X-Ray, whose two actions know no resources."""
    return Grant(
        (
            _allow(["logs:CreateLogStream", "logs:PutLogEvents"], names.arn(log_group_id)),
            _allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        ),
        {"STAGE": {"Ref": "Stage"}, "LOG_LEVEL": {"Ref": "LogLevel"}},
    )


def _allow(actions: list[str], *resources: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources[0] if len(resources) == 1 else list(resources)}
