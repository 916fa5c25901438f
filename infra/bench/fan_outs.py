"""What counting and planning the audience of a fan-out cost, page by page, and that pages do not grow with it.

Each figure comes from a process of its own: ``python -m infra.bench.fan_outs CLIENTS`` starts an embedded AWS that has no
functions, and prints JSON. Units are those of DynamoDB; times are of this machine and of the emulator, which sorts a whole
index partition for each query, as DynamoDB does not.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import boto3

from infra.bench.checks import embedded_aws
from infra.bench.inbound import Cost, cost_of
from infra.paths import ROOT
from infra.template.queues import DELIVERIES
from infra.trouble import Trouble

SIZES = (1_000, 10_000)
"""How many clients there are."""

PATIENCE_SECONDS = 600.0


def measured() -> Iterator[Cost]:
    for size in SIZES:
        command = [sys.executable, "-m", "infra.bench.fan_outs", str(size)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        yield from (Cost(**json.loads(line)) for line in done.stdout.splitlines()[-2:])


def _count(count: int) -> Cost:
    """Before anybody approves; all of them in WhatsApp, whose windows are looked up."""
    from chalicelib.desk.announcements import Kind, Level
    from chalicelib.desk.audience import ALL_PARTS
    from chalicelib.desk.forecasts import Census, Count, stretches
    from chalicelib.desk.messages import Author
    from chalicelib.desk.outage_life import Declaration, declare
    from chalicelib.store import forecasts, outages
    from chalicelib.store.table import commit
    from chalicelib.use_cases import counting

    now, by = datetime.now(UTC), Author("announcer:Marina", "Marina")
    said = Declaration("Payments", Kind.OUTAGE, Level.RED, {"ru": "Нет", "en": "No"}, in_app=False)
    outage, left = declare(said, "o0", by, (), now), tuple(stretches("o0", 1, now))
    census = Census(Count("o0", 1, stretches_left=len(left)), left)
    commit(outages.outage_item(outage), outages.announcement_item(outage.latest), *forecasts.items(census))
    ends = time.perf_counter() + PATIENCE_SECONDS

    def everybody() -> None:
        """The first counter shares the parts out; here they are counted one after another."""
        for only in ((), *((part.name,) for part in ALL_PARTS)):
            counting.go_on("o0", 1, lambda: ends - time.perf_counter(), lambda: datetime.now(UTC), only=only)

    cost = cost_of(f"counting {count:,}", everybody)
    known = forecasts.census_if_any("o0", 1)
    if known is None or not known.whole or known.found.people != count:
        raise Trouble(f"{known and known.found.people} of {count:,} were counted.", "Look at what is logged above.")
    return cost


def _plan(count: int) -> Cost:
    from chalicelib.desk import tallies
    from chalicelib.desk.announcements import Kind, Level
    from chalicelib.desk.audience import ALL_PARTS
    from chalicelib.desk.deliveries import segments
    from chalicelib.desk.messages import Author
    from chalicelib.desk.outage_life import Declaration, declare
    from chalicelib.desk.outages import let_go
    from chalicelib.store import deliveries, outages
    from chalicelib.store.table import commit
    from chalicelib.use_cases import planning

    now, by = datetime.now(UTC), Author("announcer:Marina", "Marina")
    said = Declaration("Sign-in", Kind.OUTAGE, Level.RED, {"ru": "Нет", "en": "No"}, in_app=False)
    outage = let_go(declare(said, "o1", by, (), now), declare(said, "o1", by, (), now).latest)
    plan = segments("o1", 1, now, ends=False)
    commit(outages.outage_item(outage), outages.announcement_item(outage.latest), *map(deliveries.segment_item, plan))
    ends = time.perf_counter() + PATIENCE_SECONDS

    def everything() -> None:
        """The first planner shares the parts out; here they are planned one after another."""
        for only in ((), *((part.name,) for part in ALL_PARTS)):
            planning.plan("o1", 1, lambda: ends - time.perf_counter(), head_start_seconds=0, only=only)

    cost = cost_of(f"planning {count:,}", everything)
    counted = tallies.report(deliveries.tallies("o1", 1), now, planned=True)
    if counted.not_yet != count:
        raise Trouble(f"{counted.not_yet:,} of {count:,} were planned.", "Look at what is logged above.")
    return cost


def _fill(count: int) -> None:
    for name in (*DELIVERIES, "vip-deliveries"):
        queue = boto3.client("sqs").create_queue(QueueName=f"bench-{name}")
        os.environ[f"{name.replace('-', '_').upper()}_QUEUE_URL"] = queue["QueueUrl"]
    topic = boto3.client("sns").create_topic(Name="bench-announcements")
    os.environ["ANNOUNCEMENTS_TOPIC_ARN"] = topic["TopicArn"]
    from chalicelib.desk.clients import Client, Identity
    from chalicelib.store import clients
    from chalicelib.store.table import DeskItem

    now = datetime.now(UTC)
    with DeskItem.batch_write() as batch:
        for n in range(count):
            identity = Identity("whatsapp", "1", str(n))
            batch.save(
                clients.client_item(Client(f"c{n}", f"Person {n:07d}", now, identities=(identity,), current=identity))
            )


if __name__ == "__main__":
    with embedded_aws():
        _fill(int(sys.argv[1]))
        for measure in (_count, _plan):
            print(json.dumps(asdict(measure(int(sys.argv[1])))))
