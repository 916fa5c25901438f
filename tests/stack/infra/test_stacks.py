"""Watching CloudFormation: what is said when a stack cannot be brought to its template."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from infra import stacks
from infra.local.running import RunningStack
from infra.trouble import Trouble

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
IMPOSSIBLE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 999_999_999}}


class Stack:
    """A small stack of its own in the embedded AWS."""

    def __init__(self, running: RunningStack) -> None:
        self.name = f"try-{uuid.uuid4().hex[:8]}"
        self.cloudformation, self.s3 = running.aws("cloudformation"), running.aws("s3")
        self.said: list[str] = []
        self.s3.create_bucket(Bucket=self.name)

    def apply(self, **resources: Any) -> dict[str, str]:
        self.s3.put_object(Bucket=self.name, Key="t", Body=json.dumps({"Resources": resources}).encode())
        url = f"{self.s3.meta.endpoint_url}/{self.name}/t"
        return stacks.apply(
            self.cloudformation,
            self.name,
            url,
            {},
            known_parameters=(),
            tags={},
            show=self.said.append,
            poll_seconds=0.05,
        )


@pytest.fixture
def small(stack: RunningStack) -> Iterator[Stack]:
    made = Stack(stack)
    yield made
    made.cloudformation.delete_stack(StackName=made.name)


def test_each_resource_is_shown_once_as_it_is_done(small: Stack) -> None:
    small.apply(Jobs=QUEUE)
    assert [line.split() for line in small.said] == [["CREATE_COMPLETE", "Jobs"], ["CREATE_COMPLETE", small.name]]


def test_nothing_to_change_is_fine(small: Stack) -> None:
    small.apply(Jobs=QUEUE)
    small.said.clear()
    small.apply(Jobs=QUEUE)
    assert not any("Jobs" in line for line in small.said)


def test_a_failure_names_the_resource_and_the_next_step(small: Stack) -> None:
    with pytest.raises(Trouble) as trouble:
        small.apply(Jobs=IMPOSSIBLE)
    assert "Jobs" in str(trouble.value)
    assert "deploy again" in str(trouble.value)
