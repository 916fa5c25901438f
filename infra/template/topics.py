"""The SNS topic ``announcements``: who of its subscribers hears what."""

from collections.abc import Mapping
from typing import Any

from infra.template import names, queues

TOPIC = "announcements"
TOPIC_ID = "AnnouncementsTopic"

FILTERS: Mapping[str, Mapping[str, list[str]] | None] = {
    "Planner": {"direct": ["true"]},
    "EmergencyChannel": {"emergency": ["true"]},
    "AudienceCounter": {"counting": ["true"]},
    "OutageTickets": {"tickets": ["true"]},
    "StatusPage": None,  # hears everything
}
"""Subscribed function → message attributes it asks for."""


def resources() -> dict[str, Any]:
    dead_letters = names.logical(queues.DEAD_ANNOUNCEMENTS)
    return {
        TOPIC_ID: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": names.physical(TOPIC)}},
        f"{dead_letters}Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": dead_letters}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": names.arn(dead_letters),
                            "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": TOPIC_ID}}},
                        }
                    ],
                },
            },
        },
    }


def subscription(function_id: str) -> dict[str, Any]:
    """The SAM event of a subscribed function. SNS does not repeat what a client refused: hence the dead letters."""
    wanted = FILTERS[function_id]
    return {
        "Type": "SNS",
        "Properties": {
            "Topic": {"Ref": TOPIC_ID},
            "RedrivePolicy": {"deadLetterTargetArn": names.arn(names.logical(queues.DEAD_ANNOUNCEMENTS))},
            **({"FilterPolicy": dict(wanted)} if wanted else {}),
        },
    }
