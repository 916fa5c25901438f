"""Tells messengers where to bring their updates, and asks them how it goes.

``infra.deploy`` calls `register`; ``python -m infra.webhooks --stage …`` shows the health of what is registered.
"""

import argparse
import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3
import urllib3

from infra import secret_store
from infra.template.parameters import MESSENGER_API_URLS
from infra.trouble import Trouble, run_command

TELEGRAM_UPDATES = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
"""``message_reaction`` comes only when asked for by name (core.telegram.org/bots/api#setwebhook)."""
TELEGRAM_CONNECTIONS = 40
TIMEOUT_SECONDS = 15.0

_http = urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False)


def register(api_url: str, secrets: dict[str, str]) -> dict[str, Any]:
    """Point Telegram at ``secrets["public_url"]`` and verify that it believes so. Answers getWebhookInfo's result."""
    wanted = f"{secrets['public_url'].rstrip('/')}/webhooks/telegram"
    token = secrets["telegram_token"]
    _call(
        api_url,
        token,
        "setWebhook",
        {
            "url": wanted,
            "secret_token": secrets["telegram_webhook_secret"],
            "allowed_updates": list(TELEGRAM_UPDATES),
            "max_connections": TELEGRAM_CONNECTIONS,
        },
    )
    info = health(api_url, token)
    if info.get("url") != wanted or set(info.get("allowed_updates", [])) != set(TELEGRAM_UPDATES):
        raise Trouble(
            f"Telegram did not take the webhook: it says {info.get('url')!r}, {info.get('allowed_updates')}.",
            f"Something else sets a webhook for the same bot. Stop it and deploy again; wanted is {wanted}",
        )
    return info


def health(api_url: str, token: str) -> dict[str, Any]:
    """Telegram's getWebhookInfo."""
    return dict(_call(api_url, token, "getWebhookInfo", {}))


def describe(info: dict[str, Any]) -> str:
    lines = [
        f"  webhook     {info.get('url') or 'none'}",
        f"  updates     {', '.join(info.get('allowed_updates', []))}",
        f"  waiting     {info.get('pending_update_count', 0)}",
    ]
    if failed := info.get("last_error_date"):
        at = datetime.fromtimestamp(failed, UTC).isoformat(timespec="seconds")
        lines.append(f"  last error  {at}  {info.get('last_error_message')}")
    return "\n".join(lines)


def _call(api_url: str, token: str, method: str, parameters: dict[str, Any]) -> Any:
    try:
        response = _http.request(
            "POST",
            f"{api_url.rstrip('/')}/bot{token}/{method}",
            body=json.dumps(parameters),
            headers={"Content-Type": "application/json"},
        )
        answer = response.json()
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        # The error's own text may hold the address, and with it the token.
        raise Trouble(
            f"{method}: no sensible answer from {api_url} ({type(error).__name__}).",
            "Check the address and the network; for the local stack, that the sandbox runs.",
        ) from None
    if not answer.get("ok"):
        raise Trouble(
            f"Telegram refused {method}: {answer.get('error_code')} {answer.get('description')}",
            "401 means a wrong TELEGRAM_TOKEN; 400 about the url means that Telegram cannot reach it over HTTPS.",
        )
    return answer["result"]


def main() -> None:
    arguments = argparse.ArgumentParser(description="How the messengers see our webhooks")
    arguments.add_argument("--stage", default="dev")
    stage = arguments.parse_args().stage
    secrets = secret_store.read(boto3.client("ssm"), stage)
    if "telegram_token" not in secrets:
        raise Trouble(f"Stage {stage} has no telegram_token.", f"TELEGRAM_TOKEN=… make deploy STAGE={stage}")
    api_url = os.environ.get("TELEGRAM_API_URL", MESSENGER_API_URLS["Telegram"])
    print(f"telegram, stage {stage}\n{describe(health(api_url, secrets['telegram_token']))}")


if __name__ == "__main__":
    run_command(main)
