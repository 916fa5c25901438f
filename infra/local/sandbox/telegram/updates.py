"""Telegram's updates: queued, filtered, delivered to the product's webhook with retries, or handed out by getUpdates.

The rules are those of Telegram's own server (https://github.com/tdlib/telegram-bot-api, WebhookActor.cpp): one queue
per chat, a failed update is sent again at once, then after 2, 4, 8 … up to 120 seconds, `Retry-After` is honoured,
and what could not be delivered within its lifetime is dropped.
"""

import asyncio
import contextlib
import json
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from infra.local.sandbox.clock import PacedClock
from infra.local.sandbox.events import Events
from infra.local.sandbox.state import Json, Memory, Update, Webhook

ANSWER_WITHIN_SECONDS = 60
LONGEST_DELAY_SECONDS = 120
LONGEST_RETRY_AFTER_SECONDS = 3600
MESSAGE_LIFETIME_SECONDS = 24 * 3600
BUTTON_LIFETIME_SECONDS = 150
REMEMBERED_UPDATES = 2_000

NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")


class Updates:
    """All updates of the bot. Call `start()` inside the loop and `stop()` at the end."""

    def __init__(self, memory: Memory, clock: PacedClock, events: Events) -> None:
        self._memory = memory
        self._clock = clock
        self._events = events
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._delivered: deque[Json] = deque(maxlen=REMEMBERED_UPDATES)
        self._arrived = asyncio.Event()
        self._takers = 0
        self._http: aiohttp.ClientSession | None = None
        self.on_method_in_answer: Callable[[Json], Awaitable[None]] | None = None
        self._connections = asyncio.Semaphore(self.webhook.max_connections)

    @property
    def webhook(self) -> Webhook:
        return self._memory.world.webhook

    @property
    def pending(self) -> list[Update]:
        return self._memory.world.updates

    def start(self) -> None:
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_SECONDS), connector=aiohttp.TCPConnector(limit=0)
        )
        self._deliver_all()

    async def stop(self) -> None:
        await self._stop_lanes()
        if self._http:
            await self._http.close()

    def wants(self, kind: str) -> bool:
        allowed = self.webhook.allowed_updates
        return kind in allowed if allowed else kind not in NOT_BY_DEFAULT

    def add(
        self, kind: str, payload: Json, *, lane: str, lifetime_seconds: int = MESSAGE_LIFETIME_SECONDS
    ) -> int | None:
        """Queue an update; its id, or None when the bot did not ask for this kind."""
        if not self.wants(kind):
            return None
        world = self._memory.world
        world.last_update_id += 1
        update = Update(world.last_update_id, kind, payload, lane, time.time() + lifetime_seconds)
        self.pending.append(update)
        self._changed()
        self._wake_takers()
        if self.webhook.url:
            self._deliver(lane)
        return update.id

    async def set_webhook(self, webhook: Webhook, *, drop_pending: bool) -> None:
        """Switch to another webhook (or, with an empty url, to getUpdates); what is pending goes to the new one."""
        await self._stop_lanes()
        self._memory.world.webhook = webhook
        self._connections = asyncio.Semaphore(webhook.max_connections)
        if drop_pending:
            self.pending.clear()
        self._changed()
        self._deliver_all()

    async def take(self, offset: int, limit: int, timeout_seconds: float) -> list[Update] | None:
        """What getUpdates answers: confirms everything before `offset`, waits up to the timeout for something new. None:
        somebody else has come to ask meanwhile."""
        self._takers += 1
        mine = self._takers
        self._wake_takers()
        if offset < 0:
            offset = self.pending[offset].id if len(self.pending) >= -offset else 0
        self._forget([update for update in self.pending if update.id < offset])
        if not self.pending and timeout_seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), timeout_seconds)
        return self.pending[:limit] if mine == self._takers else None

    def _wake_takers(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        """Post an update, delivered or pending, `copies` times at once. The statuses; None if it is not known."""
        known = [update.body() for update in self.pending] + list(self._delivered)
        body = next((body for body in known if body["update_id"] == update_id), None)
        if body is None:
            return None
        answers = await asyncio.gather(*(self._post(body) for _ in range(copies)))
        return [status for status, _, _ in answers]

    def _deliver_all(self) -> None:
        if self.webhook.url:
            for lane in {update.lane for update in self.pending}:
                self._deliver(lane)

    def _deliver(self, lane: str) -> None:
        if lane not in self._lanes or self._lanes[lane].done():
            self._lanes[lane] = asyncio.create_task(self._drain(lane), name=f"webhook {lane}")

    async def _stop_lanes(self) -> None:
        lanes, self._lanes = list(self._lanes.values()), {}
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)

    async def _drain(self, lane: str) -> None:
        while update := next((update for update in self.pending if update.lane == lane), None):
            await self._deliver_until_taken(update)

    async def _deliver_until_taken(self, update: Update) -> None:
        failures = 0
        while time.time() < update.expires_at:
            async with self._connections:
                status, reason, retry_after_seconds = await self._post(update.body())
            if status is not None and 200 <= status < 300:
                self._delivered.append(update.body())
                break
            self.webhook.last_error_date = int(time.time())
            self.webhook.last_error_message = reason
            self._changed()
            delay_seconds = retry_after_seconds or (0 if failures == 0 else min(2**failures, LONGEST_DELAY_SECONDS))
            failures += 1
            await self._clock.sleep(delay_seconds)
        self._forget([update])

    async def _post(self, body: Json) -> tuple[int | None, str, float]:
        """One attempt: the status (None: no answer), Telegram's words for what went wrong, the asked-for delay."""
        if self._http is None:
            raise RuntimeError("Updates.start() has not been called")
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret_token} if self.webhook.secret_token else {}
        try:
            async with self._http.post(self.webhook.url, json=body, headers=headers) as answer:
                await self._carry_out(answer.status, await answer.read())
                reason = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return answer.status, reason, _retry_after_seconds(answer.headers.get("Retry-After"))
        except TimeoutError:
            return None, "Read timeout expired", 0
        except aiohttp.ClientConnectorError:
            return None, "Connection refused", 0
        except aiohttp.ClientError:
            return None, "Webhook connection closed", 0

    async def _carry_out(self, status: int, body: bytes) -> None:
        """An answer may be a call of the Bot API: a JSON object with ``method``. Anything else is not looked at."""
        try:
            given = json.loads(body) if status == 200 and body else None
        except ValueError:
            return
        if self.on_method_in_answer and isinstance(given, dict) and "method" in given:
            await self.on_method_in_answer(given)

    def _forget(self, updates: list[Update]) -> None:
        for update in updates:
            with contextlib.suppress(ValueError):
                self.pending.remove(update)
        if updates:
            self._changed()

    def _changed(self) -> None:
        self._memory.changed()
        self._events.publish({"type": "webhook", "webhook": self.state()})

    def state(self) -> dict[str, Any]:
        """For the page and `GET /state`; getWebhookInfo has Telegram's own words for the same."""
        written = [update for update in self.pending if update.kind == "message"]
        return {
            "url": self.webhook.url,
            "pending": len(self.pending),
            "untaken": [f"{one.payload['chat']['id']}:{one.payload['message_id']}" for one in written],
            "last_error_date": self.webhook.last_error_date,
            "last_error_message": self.webhook.last_error_message,
        }


def _retry_after_seconds(header: str | None) -> float:
    if header is None or not header.isdecimal():
        return 0.0
    return float(math.ceil(min(int(header), LONGEST_RETRY_AFTER_SECONDS)))
