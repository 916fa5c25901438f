"""What the minute's check costs: with a few tickets due of many that are open, and with many due at once.

Each figure comes from a process of its own: ``python -m infra.bench.checks OPEN DUE`` starts an embedded AWS that has the
tables and the queue but no functions, so that nothing else claims what is due, and prints JSON. Units are those of DynamoDB;
times are of this machine and of the emulator, which sorts a whole index partition for each query, as DynamoDB does not.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from infra.bench.inbound import Cost, cost_of
from infra.local import emulator
from infra.local.ports import HOST, Ports
from infra.paths import ROOT
from infra.template.tables import tables

SIZES = ((1_000, 10), (100_000, 10), (1_000_000, 10), (10_000, 10_000))
"""How many tickets are open, and how many of them due."""

LAMBDA_SECONDS = 60.0
EMULATOR_SECONDS = 120  # it looks at every item of a partition for each query: a quarter of a million
WRITERS = 2  # one writes while the other waits for the emulator
MOST_CHECKS = 9
PREFIX = "vipdesk-bench-"
STAFF = [{"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": 1}]


def measured() -> Iterator[Cost]:
    for size in SIZES:
        command = [sys.executable, "-m", "infra.bench.checks", *map(str, size)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        yield from (Cost(**cost) for cost in json.loads(done.stdout.splitlines()[-1]))


def _checks(open_tickets: int, due: int) -> Iterator[Cost]:
    """One check after another until all that is due has been told."""
    from chalicelib.use_cases import minute_check

    def check() -> dict[str, int]:
        ends = time.perf_counter() + LAMBDA_SECONDS
        return minute_check.run(datetime.now(UTC), lambda: ends - time.perf_counter())

    told = 0
    for n in range(1, MOST_CHECKS + 1):
        found: list[dict[str, int]] = []
        cost = cost_of("", lambda found=found: found.append(check()))  # type: ignore[misc]
        told += found[0]["tickets_told"]
        cost.scenario = f"{open_tickets:,} open, {due:,} due: check {n} tells {found[0]['tickets_told']:,}"
        yield cost
        if told >= due:
            return


def _fill(open_tickets: int, due: int) -> None:
    """So many VIPs wait for a first reply; ``due`` of them have waited too long."""
    from chalicelib.desk import ticket_deadlines, ticket_life
    from chalicelib.desk.clients import Identity, Tier
    from chalicelib.desk.policies import choose
    from chalicelib.desk.tickets import Ticket
    from chalicelib.store import conversations, settings
    from chalicelib.store.settings import Document
    from chalicelib.store.table import DeskItem
    from chalicelib.use_cases.settings import current

    DeskItem.Meta.read_timeout_seconds = EMULATOR_SECONDS
    settings.replace_document(Document("desk", {"account": "1", "group": "-1"}, 1))
    settings.replace_document(Document("staff", {"members": STAFF}, 1))
    rules, now = current(), datetime.now(UTC)
    policy = choose(rules.policies, Tier.VIP, "telegram")

    def waiting_since(at: datetime) -> Ticket:
        ticket = Ticket("", "", "", Tier.VIP, Identity("telegram", "1", ""), at, policy)
        return ticket_deadlines.reckon(ticket_life.client_wrote(ticket, at, "message"), rules.calendars, at)

    late, early = waiting_since(now - timedelta(minutes=6)), waiting_since(now + timedelta(hours=1))

    def write(numbers: range) -> None:
        with DeskItem.batch_write() as batch:
            for n in numbers:
                identity, named = Identity("telegram", "1", str(n)), (f"client{n}", f"Client {n}")
                ticket = ticket_life.belongs_to(late if n < due else early, *named)
                batch.save(conversations.ticket_items(replace(ticket, id=f"ticket{n}", identity=identity))[0])

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, (range(n, open_tickets, WRITERS) for n in range(WRITERS))))


@contextmanager
def embedded_aws() -> Iterator[None]:
    emulator.install()
    port = Ports.free().aws
    with tempfile.TemporaryDirectory(prefix=PREFIX) as scratch:
        running = emulator.process(port, Path(scratch), Path(scratch) / "state")
        try:
            running.wait_until_it_answers(emulator.ready_url(port))
            _prepare(f"http://{HOST}:{port}")
            yield
        finally:
            running.stop()


def _prepare(url: str) -> None:
    """The tables and the outbox's queue, and the environment that names them: before anything of the product is imported."""
    os.environ.update({name.upper(): value for name, value in emulator.CREDENTIALS.items()})
    os.environ.update({"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": emulator.REGION, "STAGE": "bench"})
    dynamodb: Any = boto3.client("dynamodb")
    for definition in tables(PREFIX):
        dynamodb.create_table(**definition)
        os.environ[f"{definition['TableName'].removeprefix(PREFIX).upper()}_TABLE"] = definition["TableName"]
    queue = boto3.client("sqs").create_queue(QueueName=f"{PREFIX}outbox.fifo", Attributes={"FifoQueue": "true"})
    os.environ["OUTBOX_QUEUE_URL"] = queue["QueueUrl"]


if __name__ == "__main__":
    size = int(sys.argv[1]), int(sys.argv[2])
    with embedded_aws():
        _fill(*size)
        costs = [asdict(cost) for cost in _checks(*size)]
    print(json.dumps(costs))  # the last thing that is said: stopping may have something to say too
