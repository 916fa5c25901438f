"""Telegram's row: setWebhook, getWebhookInfo. https://core.telegram.org/bots/api#setwebhook"""

from datetime import UTC, datetime
from typing import Any

from chalicelib.texts import LANGUAGES
from infra.trouble import Trouble
from infra.webhooks.registration import Connection, Health, Json, Messenger, ask

UPDATES = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
"""``message_reaction`` comes only when asked for by name."""
CONNECTIONS = 40
DESCRIBED = "command_"  # what the keys of the texts that describe a command begin with


def register(connection: Connection) -> None:
    token = connection.secrets["telegram_token"]
    call(
        connection.api_url,
        token,
        "setWebhook",
        {
            "url": connection.webhook_url,
            "secret_token": connection.secrets["telegram_webhook_secret"],
            "allowed_updates": list(UPDATES),
            "max_connections": CONNECTIONS,
        },
    )
    asked_for = call(connection.api_url, token, "getWebhookInfo").get("allowed_updates", [])
    if set(asked_for) != set(UPDATES):
        raise Trouble(
            f"Telegram did not take the kinds of updates: it says {asked_for}.",
            "Something else sets a webhook for the same bot. Stop it and deploy again.",
        )
    list_commands(connection.api_url, token)


def list_commands(api_url: str, token: str) -> None:
    """What Telegram offers to whoever types a slash in a group: clients have no commands. Whoever has set up Telegram in
    Russian reads Russian, everybody else English. https://core.telegram.org/bots/api#setmycommands"""
    for language, texts in LANGUAGES.items():
        words = {key.removeprefix(DESCRIBED): said for key, said in texts.items() if key.startswith(DESCRIBED)}
        parameters = {
            "commands": [{"command": name, "description": description} for name, description in words.items()],
            "scope": {"type": "all_group_chats"},
            "language_code": "" if language == "en" else language,
        }
        call(api_url, token, "setMyCommands", parameters)


def health(connection: Connection) -> Health:
    token = connection.secrets["telegram_token"]
    info = call(connection.api_url, token, "getWebhookInfo")
    facts = [
        ("updates", ", ".join(info.get("allowed_updates", []))),
        ("waiting", str(info.get("pending_update_count", 0))),
    ]
    if failed := info.get("last_error_date"):
        at = datetime.fromtimestamp(failed, UTC).isoformat(timespec="seconds")
        facts.append(("last error", f"{at}  {info.get('last_error_message')}"))
    return Health(str(info.get("url", "")), token.partition(":")[0], tuple(facts))


def call(api_url: str, token: str, method: str, parameters: Json | None = None) -> Any:
    """The result of a Bot API method. Raises `Trouble` with Telegram's own words, never with the token."""
    answer = ask(method, "POST", f"{api_url.rstrip('/')}/bot{token}/{method}", parameters or {})
    if not answer.get("ok"):
        raise Trouble(
            f"Telegram refused {method}: {answer.get('error_code')} {answer.get('description')}",
            "401 and 404 mean a wrong TELEGRAM_TOKEN; 400 about the url means that Telegram cannot reach it over HTTPS.",
        )
    return answer["result"]


MESSENGER = Messenger({"telegram_token": "TELEGRAM_TOKEN"}, register, health)
