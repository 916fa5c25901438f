"""CloudFormation: create or update a stack, watching it as it goes. Used by ``infra.deploy``."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.trouble import Trouble

POLL_SECONDS = 2.0
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
HALF_MADE = ("CREATE_FAILED", "UPDATE_FAILED")
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]

Show = Callable[[str], None]


def apply(
    cloudformation: Any,
    name: str,
    template_url: str,
    parameters: Mapping[str, str],
    *,
    known_parameters: Collection[str],
    tags: Mapping[str, str],
    show: Show = print,
    poll_seconds: float = POLL_SECONDS,
) -> dict[str, str]:
    """Bring the stack to the template and answer its outputs. Nothing to change is fine. Raises `Trouble`.

    Of ``known_parameters`` (those of the template), what is not given keeps the value the stack has.
    """
    before = _status(cloudformation, name)
    _refuse_if_busy(name, before)
    request = {
        "StackName": name,
        "TemplateURL": template_url,
        "Parameters": [
            *({"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()),
            *(
                {"ParameterKey": key, "UsePreviousValue": True}
                for key in (_parameters(cloudformation, name) if before else ())
                if key in known_parameters and key not in parameters
            ),
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "Capabilities": CAPABILITIES,
    }
    latest = next(_newer_events(cloudformation, name, None), None) if before else None
    try:
        if before is None:
            # What was made before a failure stays: tables are protected, so a rollback could not remove them anyway.
            cloudformation.create_stack(**request, DisableRollback=True)
        else:
            # Going on from where a failed operation stopped is allowed only without rollback.
            cloudformation.update_stack(**request, DisableRollback=before in HALF_MADE)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            show("  nothing to change")
            return outputs(cloudformation, name)
        raise Trouble(
            f"CloudFormation refused {name}: {error.response['Error']['Message']}",
            "If it speaks of permissions, use credentials that may create roles; if of the template, run `make check`.",
        ) from error
    _watch(cloudformation, name, latest["EventId"] if latest else None, show, poll_seconds)
    return outputs(cloudformation, name)


def serialise(template: Mapping[str, Any]) -> bytes:
    return json.dumps(template).encode()


def outputs(cloudformation: Any, name: str) -> dict[str, str]:
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _parameters(cloudformation: Any, name: str) -> list[str]:
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return [parameter["ParameterKey"] for parameter in described.get("Parameters", [])]


def _status(cloudformation: Any, name: str) -> str | None:
    try:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if status == "DELETE_COMPLETE" else status


def _refuse_if_busy(name: str, status: str | None) -> None:
    if status is None:
        return
    if status.endswith("_IN_PROGRESS"):
        raise Trouble(
            f"Stack {name} is being changed by somebody else ({status}).", "Wait until it is done and try again."
        )
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
        raise Trouble(
            f"Stack {name} is left over from a creation that failed ({status}).",
            f"Delete it (aws cloudformation delete-stack --stack-name {name}) and try again.",
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise Trouble(
            f"Stack {name} could not be rolled back.",
            f"aws cloudformation continue-update-rollback --stack-name {name}, then try again.",
        )


def _watch(cloudformation: Any, name: str, last_seen: str | None, show: Show, poll_seconds: float) -> None:
    failures: list[str] = []
    while True:
        status = _status(cloudformation, name)
        for event in reversed(list(_newer_events(cloudformation, name, last_seen))):
            last_seen = event["EventId"]
            resource, happened = event["LogicalResourceId"], event["ResourceStatus"]
            if happened.endswith("_FAILED"):
                failures.append(f"  {resource}: {event.get('ResourceStatusReason', 'no reason given')}")
            if happened.endswith(("_COMPLETE", "_FAILED")):
                show(f"  {happened:<20} {resource}")
        if status is None or not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(poll_seconds)
    if status not in DONE:
        reasons = "\n".join(dict.fromkeys(failures)) or "  (no resource says why)"
        raise Trouble(
            f"Stack {name} ended as {status}:\n{reasons}",
            "Put right what the first line names and deploy again; what was made already is kept.",
        )


def _newer_events(cloudformation: Any, name: str, last_seen: str | None) -> Iterator[dict[str, Any]]:
    """Newest first, down to the one seen last."""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:
            if event["EventId"] == last_seen:
                return
            yield event
