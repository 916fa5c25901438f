"""Fetches the updates of a real bot and hands them to the local webhook, signed: a laptop needs no public address.

``python -m infra.local.polling``, started by ``infra.local.stack`` with what is secret in the environment. An update counts as
taken when the webhook has said so; until then Telegram keeps it. https://core.telegram.org/bots/api#getupdates
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import urllib3

from infra.local.team_group import TeamGroup
from infra.trouble import Trouble, run_command
from infra.webhooks import telegram
from infra.webhooks.registration import Json, ask

WAITS_FOR_UPDATES_SECONDS = 20
LONGEST_PAUSE_SECONDS = 30.0
WEBHOOK_TIMEOUT_SECONDS = 60.0

Say = Callable[[str], None]

_http = urllib3.PoolManager(timeout=WEBHOOK_TIMEOUT_SECONDS, retries=False)


@dataclass
class Poller:
    """``look`` sees each update before the desk does. ``pause`` waits so many seconds."""

    api_url: str
    token: str = field(repr=False)
    webhook_url: str
    webhook_secret: str = field(repr=False)
    look: Callable[[Json], None]
    say: Say = print
    pause: Callable[[float], None] = time.sleep

    def take_over(self) -> None:
        """Telegram gives updates either to a webhook or to who asks for them; the commands it offers are the desk's."""
        if url := telegram.call(self.api_url, self.token, "getWebhookInfo")["url"]:
            telegram.call(self.api_url, self.token, "deleteWebhook", {"drop_pending_updates": False})
            host = urllib3.util.parse_url(url).host
            self.say(
                f"The bot's webhook at {host} is taken away: its updates come here now. `make deploy` sets it again."
            )
        telegram.list_commands(self.api_url, self.token)

    def run(self) -> None:
        """For ever."""
        for update in self.updates():
            self.look(update)
            self.hand_over(update)

    def updates(self) -> Iterator[Json]:
        """Each is confirmed with the next question, so not before whoever iterates has come back for more."""
        offset = 0
        while True:
            for update in self._asked(offset):
                yield update
                offset = update["update_id"] + 1

    def hand_over(self, update: Json) -> None:
        """Until the webhook takes it: Telegram would go on, and so do we, as patiently as it is asked to."""
        for tries in range(10**9):
            status, body, asked_seconds = self._post(update)
            if 200 <= status < 300:
                return self._carry_out(body)
            if tries == 0:
                self.say(f"The webhook answered {status or 'nothing'}; the update is kept and tried again.")
            self.pause(asked_seconds or min(2.0**tries, LONGEST_PAUSE_SECONDS))
        return None

    def _asked(self, offset: int) -> list[Json]:
        parameters = {
            "offset": offset,
            "timeout": WAITS_FOR_UPDATES_SECONDS,
            "allowed_updates": list(telegram.UPDATES),
        }
        for tries in range(10**9):
            why, seconds = "", 0.0
            try:
                answer = ask("getUpdates", "POST", f"{self.api_url}/bot{self.token}/getUpdates", parameters)
                if answer.get("ok"):
                    return list(answer["result"])
                seconds = float(answer.get("parameters", {}).get("retry_after", 0))
                why = _meaning(answer)
            except Trouble:
                why = "Telegram cannot be reached"
            if tries == 0:
                self.say(f"{why}. Asking again.")
            self.pause(seconds or min(2.0**tries, LONGEST_PAUSE_SECONDS))
        return []

    def _post(self, update: Json) -> tuple[int, bytes, float]:
        """The status (0: no answer), the body, the seconds it asks us to wait."""
        try:
            answer = _http.request(
                "POST",
                self.webhook_url,
                body=json.dumps(update).encode(),
                headers={
                    "Content-Type": "application/json",
                    "X-Telegram-Bot-Api-Secret-Token": self.webhook_secret,
                },
            )
        except urllib3.exceptions.HTTPError:
            return 0, b"", 0.0
        asked = answer.headers.get("Retry-After", "")
        return answer.status, answer.data, float(asked) if asked.isdecimal() else 0.0

    def _carry_out(self, body: bytes) -> None:
        """A webhook's answer may be a method; to who polls it is nobody's but ours to call it."""
        try:
            given: Any = json.loads(body or b"null")
        except ValueError:
            return
        if isinstance(given, dict) and (method := given.pop("method", None)):
            try:
                telegram.call(self.api_url, self.token, str(method), given)
            except Trouble as trouble:
                self.say(str(trouble))


def _meaning(answer: Json) -> str:
    code, words = answer.get("error_code"), str(answer.get("description"))
    if code in (401, 404):
        raise Trouble(
            "Telegram does not know this token any more.", "@BotFather gives a new one: TELEGRAM_TOKEN in .env"
        )
    if code == 409 and "webhook" in words:
        return (
            "Somebody has set a webhook for this bot, so its updates go there. Stop that deployment, or use another bot"
        )
    if code == 409:
        return "Another program asks for this bot's updates, and each gets only some. Stop it, or use another bot"
    return f"Telegram says {code} {words}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--desk", required=True, help="where the local API is")
    arguments.add_argument("--telegram", required=True, help="base URL of the Bot API")
    options = arguments.parse_args()
    token, secret, admin = (os.environ[name] for name in ("TELEGRAM_TOKEN", "WEBHOOK_SECRET", "ADMIN_TOKEN"))
    group = TeamGroup(options.desk, admin, options.telegram, token, _say)
    poller = Poller(options.telegram, token, f"{options.desk}/webhooks/telegram", secret, group.look, _say)
    poller.take_over()
    poller.run()


def _say(words: str) -> None:
    print(f"  telegram  {words}", flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    run_command(main)
