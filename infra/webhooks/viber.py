"""Viber's row: set_webhook, get_account_info. https://developers.viber.com/docs/api/rest-bot-api/#webhooks"""

from infra.trouble import Trouble
from infra.webhooks.registration import Connection, Health, Json, Messenger, NotReached, ask

EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
"""Messages come always."""

_REMEDIES = {
    1: "Viber posts to the address while it is set and wants 200: is PUBLIC_URL right, and reachable over HTTPS?",
    2: "Check VIBER_TOKEN: it stands in the bot's settings at partners.viber.com.",
}


def register(connection: Connection) -> None:
    asked: Json = {"url": connection.webhook_url, "event_types": list(EVENTS), "send_name": True, "send_photo": False}
    _call(connection, "set_webhook", asked)


def health(connection: Connection) -> Health:
    found = _call(connection, "get_account_info", {})
    facts = (("name", str(found.get("name", ""))), ("subscribers", str(found.get("subscribers_count", "?"))))
    return Health(str(found.get("webhook", "")), str(found["id"]), facts)


def _call(connection: Connection, method: str, body: Json) -> Json:
    headers = {"X-Viber-Auth-Token": connection.secrets["viber_token"]}
    answer = ask(f"Viber, {method}", "POST", f"{connection.api_url.rstrip('/')}/pa/{method}", body, headers=headers)
    status = answer.get("status")
    if status != 0:
        kind = NotReached if status == 1 else Trouble
        remedy = _REMEDIES.get(status or 0, "https://developers.viber.com/docs/api/rest-bot-api/#error-codes")
        raise kind(f"Viber refused {method}: {status} {answer.get('status_message')}", remedy)
    return answer


MESSENGER = Messenger(
    {"viber_token": "VIBER_TOKEN", "viber_name": "VIBER_NAME"}, register, health, may_lack=frozenset({"viber_name"})
)
