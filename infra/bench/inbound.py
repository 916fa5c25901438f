"""What one inbound message costs: calls to AWS, and DynamoDB's capacity units.

The deployed API's own code runs in this process against a local stack, with every botocore call counted. Capacity is
what the embedded DynamoDB says it consumed, indexes and the doubling of transactions included; AWS also charges for a
transaction that was refused, and does not say how much, so a repeated message costs more than the 0 shown.

``python -m infra.bench.inbound DIRECTORY`` prints the same as JSON for the stack that runs there (the budget's test).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.local.emulator import CREDENTIALS
from infra.local.running import RunningStack, function_name

READS = {"GetItem", "BatchGetItem", "Query", "TransactGetItems"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


@dataclass
class Cost:
    """``milliseconds`` are of this machine and its emulator; calls and units are those of AWS."""

    scenario: str
    calls: dict[str, int] = field(default_factory=dict)
    read_units: float = 0.0
    write_units: float = 0.0
    milliseconds: float = 0.0

    @property
    def round_trips(self) -> int:
        return sum(self.calls.values())


def measured(stack: RunningStack) -> Iterator[Cost]:
    """One message after another, as Telegram would bring them."""
    send = _webhook(stack)
    _take_the_functions_environment(stack)
    yield cost_of("first message, everything cold", lambda: send(user=910_001, message=1))
    yield cost_of("first message of a client", lambda: send(user=910_002, message=1))
    yield cost_of("message on an open ticket", lambda: send(user=910_002, message=2))
    yield cost_of("the same message again", lambda: send(user=910_002, message=2))


def _webhook(stack: RunningStack) -> Callable[..., None]:
    secret = stack.webhook_secrets["telegram"]

    def send(*, user: int, message: int) -> None:
        from app import app  # only now: it reads its environment once

        person = {"id": user, "is_bot": False, "first_name": f"Bench {user}", "language_code": "en"}
        update = {
            "update_id": user * 10 + message,
            "message": {
                "message_id": message,
                "date": int(time.time()),
                "chat": {"id": user, "type": "private", "first_name": person["first_name"]},
                "from": person,
                "text": f"Question {message}: the report does not open",
            },
        }
        answer = app(_api_gateway_event(json.dumps(update), secret or ""), None)
        if answer["statusCode"] != 200:
            raise RuntimeError(f"the webhook answered {answer['statusCode']}: {answer['body']}")

    return send


def _api_gateway_event(body: str, secret: str) -> dict[str, Any]:
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}
    return {
        "resource": "/webhooks/{messenger}",
        "path": "/webhooks/telegram",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"messenger": "telegram"},
        "stageVariables": None,
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/{messenger}", "path": "/webhooks/telegram"},
        "body": body,
        "isBase64Encoded": False,
    }


def _take_the_functions_environment(stack: RunningStack) -> None:
    if "app" in sys.modules:
        raise RuntimeError("app was imported before its environment was set")
    deployed = stack.aws("lambda").get_function_configuration(FunctionName=function_name("api"))
    os.environ.update(deployed["Environment"]["Variables"])
    os.environ.update({name.upper(): value for name, value in CREDENTIALS.items()})
    os.environ.update({"AWS_ENDPOINT_URL": stack.aws_endpoint_url, "AWS_DEFAULT_REGION": stack.region})


def cost_of(scenario: str, act: Callable[[], object]) -> Cost:
    cost = Cost(scenario)
    with _counting(cost):
        started = time.perf_counter()
        act()
        cost.milliseconds = (time.perf_counter() - started) * 1000
    return cost


@contextmanager
def _counting(cost: Cost) -> Iterator[None]:
    """Every call that any botocore client makes, PynamoDB's too."""
    from botocore.client import BaseClient

    original = BaseClient._make_api_call

    def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in READS | WRITES:
            arguments = {**arguments, "ReturnConsumedCapacity": "TOTAL"}
        call = f"{client.meta.service_model.service_name}:{operation}"
        cost.calls[call] = cost.calls.get(call, 0) + 1
        answer = original(client, operation, arguments)
        consumed = answer.get("ConsumedCapacity") or []
        units = sum(entry["CapacityUnits"] for entry in (consumed if isinstance(consumed, list) else [consumed]))
        if operation in WRITES:
            cost.write_units += units
        else:
            cost.read_units += units
        return answer

    BaseClient._make_api_call = counted
    try:
        yield
    finally:
        BaseClient._make_api_call = original


if __name__ == "__main__":
    print(json.dumps([asdict(cost) for cost in measured(RunningStack.read(Path(sys.argv[1])))]))
