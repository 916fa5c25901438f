"""What wakes somebody up: dead letters, queues that stand still, failing functions, a heart-beat that stopped.

All alarms go to one topic; the address in ``AlarmEmail`` is subscribed to it.
"""

from typing import Any

from infra.template import names, queues
from infra.template.functions import API_STAGE, FUNCTIONS

TOPIC_ID = "AlarmTopic"
METRICS_NAMESPACE = "Vipdesk"
"""Where the product's own metrics go (embedded metric format in its logs)."""

PRODUCT_METRICS = {
    "NotUnderstood": "An update could not be parsed; it is kept raw, and the chat goes on",
    "Failed": "Something that had to leave the desk has failed for good",
}

HEARTBEAT = "ServiceLevels"


def resources() -> dict[str, Any]:
    return {**_topic(), **_queue_alarms(), **_function_alarms(), **_product_alarms()}


OUTPUTS = {"AlarmTopicArn": {"Value": {"Ref": TOPIC_ID}}}


def _topic() -> dict[str, Any]:
    return {
        TOPIC_ID: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": names.physical("alarms")}},
        "AlarmByEmail": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": {"TopicArn": {"Ref": TOPIC_ID}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}},
        },
    }


def _queue_alarms() -> dict[str, Any]:
    made = {
        f"{queue_id}Alarm": _alarm(
            f"{queue_id} is not empty: what lies there was tried and given up. docs/runbook.md says what to do",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": {"Fn::GetAtt": [queue_id, "QueueName"]}},
            above=0,
            Statistic="Maximum",
        )
        for queue_id in queues.dead_letter_ids()
    }
    for name, queue in queues.QUEUES.items():
        queue_id = queues.queue_id(name)
        made[f"{queue_id}AgeAlarm"] = _alarm(
            f"The oldest message of {name} waits longer than {queue.longest_wait_seconds} seconds",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": {"Fn::GetAtt": [queue_id, "QueueName"]}},
            above=queue.longest_wait_seconds,
            Statistic="Maximum",
        )
    return made


def _function_alarms() -> dict[str, Any]:
    made = {
        f"{function_id}{metric}Alarm": _alarm(
            f"{function.name}: {metric.lower()} of the function",
            "AWS/Lambda",
            metric,
            {"FunctionName": {"Ref": function_id}},
            above=0,
        )
        for function_id, function in FUNCTIONS.items()
        for metric in ("Errors", "Throttles")
    }
    made["ApiServerErrorsAlarm"] = _alarm(
        "The API answered 5xx: messengers send again, people see an error",
        "AWS/ApiGateway",
        "5XXError",
        {"ApiName": {"Fn::Sub": "vipdesk-${Stage}"}, "Stage": API_STAGE},
        above=0,
    )
    made["HeartbeatAlarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            **_alarm(
                "The minute's check has not run for five minutes: no deadline is watched",
                "AWS/Lambda",
                "Invocations",
                {"FunctionName": {"Ref": HEARTBEAT}},
                above=0,
            )["Properties"],
            "ComparisonOperator": "LessThanThreshold",
            "Threshold": 1,
            "TreatMissingData": "breaching",
        },
    }
    return made


def _product_alarms() -> dict[str, Any]:
    return {
        f"{metric}Alarm": _alarm(why, METRICS_NAMESPACE, metric, {"Stage": {"Ref": "Stage"}}, above=0)
        for metric, why in PRODUCT_METRICS.items()
    }


def _alarm(
    description: str, namespace: str, metric: str, dimensions: dict[str, Any], *, above: int, **properties: Any
) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": {"Fn::Sub": f"vipdesk-${{Stage}}: {description}"},
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": above,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": TOPIC_ID}],
            **properties,
        },
    }
