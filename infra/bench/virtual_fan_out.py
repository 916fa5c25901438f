"""A fan-out in virtual time: the product's own deliverers at the messengers' real limits, and the team's answers beside it.

Messengers stand in here for as long as it runs: they note when something arrives, and look at it by limits of their own.
"""

import random
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log
from typing import Any

from chalicelib.desk.announcements import Kind, Level
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_life import Declaration, declare
from chalicelib.desk.outages import let_go
from chalicelib.desk.outbound import Content, Outbound, Purpose
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Place, Sent
from chalicelib.store import clients, conversations, deliveries, outages, outbound
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import DeskItem, commit
from chalicelib.use_cases import announcing_pace, delivering, dispatch
from infra.bench.virtual_time import Turns, Worker

PER_SECOND = {"telegram": 30, "whatsapp": 80, "vk": 20, "max": 30}
"""What the messengers publish, written down once more: who checks does not ask who is checked."""

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FUNCTION_SECONDS, BATCH, NOTHING_SECONDS = 60.0, 10, 0.1
AWS_SECONDS = 0.005, 0.3  # the median, and how wide its logarithm spreads
MESSENGER_SECONDS = 0.12, 0.5
ON_THE_WAY = 0.4  # of that, until the messenger counts it
PARAMETERS = [{"name": str(n), "means": {"ru": "что"}} for n in (1, 2, 3)]
TEMPLATE = {
    "name": "news",
    "language": "ru",
    "category": "utility",
    "body": "{{1}} {{2}} {{3}}",
    "parameters": PARAMETERS,
}


@dataclass
class Queue:
    """``people`` by messenger, in no order. ``emptied``: when the last that waits for a messenger was taken up."""

    people: Mapping[str, int]
    workers: int
    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    hidden: list[tuple[float, tuple[str, str]]] = field(default_factory=list)
    unfinished: int = 0
    emptied: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pace:
    """``share`` of the limit between using up the burst and taking up the last. ``most``: in any second. ``least_left``: of a
    second's worth that the messenger gives at once. ``longest_wait`` of the answers."""

    messenger: str
    people: int
    seconds: float
    share: float
    most: int
    least_left: float
    longest_wait: float | None


class FanOut:
    """``answers_at``: when the team answers somebody in each messenger. ``tier``: how many people a day WhatsApp takes outside
    their windows, 0 for any number."""

    def __init__(self, queues: Sequence[Queue], answers_at: Sequence[float] = (), tier: int = 0, seed: int = 1) -> None:
        self._queues, self._answers_at, self._tier = queues, answers_at, tier
        self._chance = random.Random(seed)
        self._turns = Turns(_as_its_process)
        self.arrivals: dict[str, list[float]] = {}
        self.chats: list[str] = []
        self._waits: dict[str, list[float]] = {}

    def run(self) -> list[Pace]:
        random.seed(self._chance.random())  # the product's jitter
        self._plan()
        for queue in self._queues:
            for n in range(queue.workers):
                self._turns.add(lambda queue=queue: self._deliver(queue), n * NOTHING_SECONDS / queue.workers)  # type: ignore[misc]
            for messenger in queue.people:
                for at in self._answers_at:
                    self._turns.add(lambda where=(messenger, at): self._answer(*where), at)  # type: ignore[misc]
        with self._messengers(), self._turns.taking_time(lambda: self._seconds(*AWS_SECONDS)):
            self._turns.run()
        return [self._pace(queue, messenger) for queue in self._queues for messenger in queue.people]

    def _deliver(self, queue: Queue) -> None:
        """A function's process: one batch after another, as ``handlers.outages`` takes them."""
        while queue.unfinished:
            batch, ends = self._received(queue), self._turns.now + FUNCTION_SECONDS
            for n, (messenger, client) in enumerate(batch):
                seconds = delivering.deliver(
                    "o1",
                    1,
                    client,
                    time_left=lambda ends=ends: ends - self._turns.now,  # type: ignore[misc]
                    clock=self._clock,
                    sleep=self._turns.pass_time,
                    left=len(batch) - n,
                )
                if seconds is None:
                    queue.unfinished -= 1
                else:
                    queue.hidden.append((self._turns.now + _whole(seconds), (messenger, client)))
            if not batch:
                self._turns.pass_time(NOTHING_SECONDS)

    def _received(self, queue: Queue) -> list[tuple[str, str]]:
        self._turns.pass_time(self._seconds(*AWS_SECONDS))
        now = self._turns.now
        queue.waiting.extend(each for at, each in queue.hidden if at <= now)
        queue.hidden = [hidden for hidden in queue.hidden if hidden[0] > now]
        batch = [queue.waiting.popleft() for _ in range(min(BATCH, len(queue.waiting)))]
        queue.emptied |= dict.fromkeys((messenger for messenger, _ in batch), now)
        return batch

    def _answer(self, messenger: str, at: float) -> None:
        """The outbox is nudged, and again when the answer has to wait."""
        identity = _answered(messenger, at)
        before = len(self.arrivals.get(messenger, ()))
        while waits := dispatch.drain(f"client:{identity.key}", lambda: FUNCTION_SECONDS, self._clock):
            self._turns.pass_time(_whole(waits.seconds))
        assert len(self.arrivals[messenger]) > before
        self._waits.setdefault(messenger, []).append(self._turns.now - at)

    def _arrive(self, messenger: str, chat: str) -> Sent:
        seconds = self._seconds(*MESSENGER_SECONDS)
        self._turns.pass_time(seconds * ON_THE_WAY)
        self.arrivals.setdefault(messenger, []).append(self._turns.now)
        self.chats.append(chat)
        self._turns.pass_time(seconds * (1 - ON_THE_WAY))
        return Sent(None)

    def _pace(self, queue: Queue, messenger: str) -> Pace:
        limit, times = PER_SECOND[messenger], self.arrivals[messenger]
        begin, end = times[limit // 3 - 1], queue.emptied[messenger]
        return Pace(
            messenger,
            queue.people[messenger],
            times[-1],
            share=sum(begin < at <= end for at in times) / (limit * (end - begin)),
            most=max(bisect_left(times, at + 1.0) - n for n, at in enumerate(times)),
            least_left=least_left(times, limit),
            longest_wait=max(self._waits.get(messenger, ()), default=None),
        )

    def _seconds(self, median: float, spread: float) -> float:
        return self._chance.lognormvariate(log(median), spread)

    def _clock(self) -> datetime:
        return START + timedelta(seconds=self._turns.now)

    @contextmanager
    def _messengers(self) -> Iterator[None]:
        real = dict(ADAPTERS)
        ADAPTERS.update({name: _Messenger(real[name], name, self._arrive) for name in PER_SECOND})
        try:
            yield
        finally:
            ADAPTERS.update(real)

    def _plan(self) -> None:
        said = Declaration("Sign-in", Kind.OUTAGE, Level.RED, {"ru": "Нет", "en": "No"}, in_app=False)
        declared = declare(said, "o1", Author("announcer:Marina", "Marina"), (), START)
        outage = let_go(declared, declared.latest)
        commit(outages.outage_item(outage), outages.announcement_item(outage.latest))
        of_whatsapp = {"templates": {"ru": TEMPLATE["name"]}, "people_a_day": self._tier}
        documents.replace_document(Document("templates", [TEMPLATE], 1))
        documents.replace_document(Document("announcements", {"whatsapp": of_whatsapp}, 1))
        everybody = [self._planned(queue) for queue in self._queues]
        with DeskItem.batch_write() as batch:
            for messenger, user in [each for people in everybody for each in people]:
                for item in _person(Identity(messenger, "acc", user)):
                    batch.save(item)
            for messenger in [each for queue in self._queues for each in queue.people]:
                for at in self._answers_at:
                    identity = _answered(messenger, at)
                    for item in (*_person(identity), _answer_item(identity, START + timedelta(seconds=at))):
                        batch.save(item)

    def _planned(self, queue: Queue) -> list[tuple[str, str]]:
        people = [(messenger, f"{messenger}-{n}") for messenger, count in queue.people.items() for n in range(count)]
        self._chance.shuffle(people)
        deliveries.plan([Delivery("o1", 1, user, Tier.EVERYONE, START) for _, user in people])
        queue.waiting.extend(people)
        queue.unfinished = len(people)
        return people


@dataclass
class _Messenger:
    """Takes everything; what else an adapter knows, the real one says."""

    real: Any
    name: str
    arrive: Callable[[str, str], Sent]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def send(self, _content: Content, place: Place, *_: Any) -> Sent:
        return self.arrive(self.name, place.chat)


def least_left(times: Sequence[float], limit: float) -> float:
    """Of a second's worth at once, and as much each second after it; below 0 the messenger would have said 429."""
    left = least = limit
    last = 0.0
    for at in times:
        left, last = min(limit, left + (at - last) * limit) - 1, at
        least = min(least, left)
    return least


def _as_its_process(worker: Worker) -> None:
    announcing_pace._hands = worker.process


def _whole(seconds: float) -> int:
    """SQS hides a message for whole seconds."""
    return int(seconds + 0.999)


def _answered(messenger: str, at: float) -> Identity:
    return Identity(messenger, "acc", f"{messenger}-asked-{at:g}")


def _person(identity: Identity) -> list[Any]:
    client = Client(identity.user, "Person", START, identities=(identity,), current=identity)
    conversation = Conversation(identity, identity.user, client.id, "ru")
    return [clients.client_item(client), conversations.conversation_item(conversation)]


def _answer_item(identity: Identity, at: datetime) -> Any:
    said = Outbound(f"client:{identity.key}", "1", Purpose.NOTICE, Content(text="Смотрим"), at)
    return outbound.outbound_item(said)
