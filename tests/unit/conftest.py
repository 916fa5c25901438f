"""AWS in memory for unit tests: the same tables as in the template, the queues and the secrets, by moto.

The names below are in the environment before anything of ours is imported, since models read their table's name once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from tests.signing import OURS

QUEUES = {
    "OUTBOX_QUEUE_URL": "vipdesk-test-outbox.fifo",
    **{
        f"{messenger.upper()}_DELIVERIES_QUEUE_URL": f"vipdesk-test-{messenger}-deliveries"
        for messenger in ("telegram", "whatsapp", "vk", "viber", "max")
    },
    "VIP_DELIVERIES_QUEUE_URL": "vipdesk-test-vip-deliveries",
}
ACCOUNT = "123456789012"
TOPIC_ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:vipdesk-test-announcements"
BUCKET = "vipdesk-test-status"
FILES_BUCKET = "vipdesk-test-files"
SECRETS = {
    "telegram_token": "700000001:sandbox-token",
    "telegram_webhook_secret": OURS["telegram"],
    "survey_key": "survey-key",
    "cursor_key": "cursor-key",
    "files_key": "files-key",
    "invitation_key": "invitation-key",
    "public_url": "https://desk.example",
    "status_url": "https://status.example",
}

os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    STAGE="test",
    ANNOUNCEMENTS_TOPIC_ARN=TOPIC_ARN,
    STATUS_BUCKET=BUCKET,
    FILES_BUCKET=FILES_BUCKET,
    SECRETS_PATH="/vipdesk/test",
    TELEGRAM_API_URL="http://127.0.0.1:9/telegram",
    LIMITS_SPEED="1000000",  # unless a test is about them
    **{f"{name.upper()}_TABLE": f"vipdesk-test-{name}" for name in ("desk", "outages", "voice", "settings")},
    **{name: f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{queue}" for name, queue in QUEUES.items()},
)

import boto3
import pytest
from moto import mock_aws

from chalicelib.store import secrets, settings
from infra.template.tables import tables


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty account, forgotten after the test."""
    with empty_account():
        yield


@contextmanager
def empty_account() -> Iterator[None]:
    with mock_aws():
        dynamodb, sqs, ssm = boto("dynamodb"), boto("sqs"), boto("ssm")
        for definition in tables("vipdesk-test-"):
            dynamodb.create_table(**definition)
        for name in QUEUES.values():
            sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if name.endswith(".fifo") else {})
        for name, value in SECRETS.items():
            ssm.put_parameter(Name=f"/vipdesk/test/{name}", Value=value, Type="SecureString")
        boto("sns").create_topic(Name=TOPIC_ARN.rpartition(":")[2])
        for bucket in (BUCKET, FILES_BUCKET):
            boto("s3").create_bucket(Bucket=bucket)
        settings.forget()
        secrets.forget()
        yield


@pytest.fixture
def messengers_set_up(aws: None) -> None:
    """All five can be believed, by the secrets of ``signing.OURS``."""
    for name in OURS.keys() - {"telegram"}:
        boto("ssm").put_parameter(Name=f"/vipdesk/test/{name}", Value=OURS[name], Type="SecureString", Overwrite=True)
    secrets.forget()


@cache
def boto(service: str) -> Any:
    """A boto3 client, made once: moto catches the calls of clients made before the test too, and making one is slow."""
    return boto3.client(service, "us-east-1")
