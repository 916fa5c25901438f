"""MAX's row: POST /subscriptions, GET /subscriptions. https://dev.max.ru/docs-api/methods/POST/subscriptions"""

from infra.trouble import Trouble
from infra.webhooks.registration import Connection, Health, Json, Messenger, ask

UPDATES = (
    "message_created",
    "message_edited",
    "message_removed",
    "message_callback",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
)

_REMEDIES = {
    "verify.token": "Check MAX_TOKEN: it stands in the bot's settings at business.max.ru.",
    "proto.payload": "MAX wants an address over HTTPS on port 443: is PUBLIC_URL right?",
}


def register(connection: Connection) -> None:
    asked: Json = {
        "url": connection.webhook_url,
        "update_types": list(UPDATES),
        "secret": connection.secrets["max_secret"],
    }
    answer = _call(connection, "POST", "/subscriptions", asked)
    if not answer.get("success"):
        raise Trouble(f"MAX did not subscribe us: {answer.get('message')}", _REMEDIES["proto.payload"])


def health(connection: Connection) -> Health:
    """A bot may have several subscriptions, and brings every update to each."""
    found = _call(connection, "GET", "/subscriptions")["subscriptions"]
    ours = [one for one in found if one["url"] == connection.webhook_url]
    facts = [("updates", ", ".join(one["update_types"] or ["all"])) for one in ours]
    facts += [("also", one["url"]) for one in found if one not in ours]
    me = _call(connection, "GET", "/me")
    return Health(ours[0]["url"] if ours else "", str(me["user_id"]), tuple(facts))


def _call(connection: Connection, method: str, path: str, body: Json | None = None) -> Json:
    answer = ask(
        f"MAX, {method} {path}",
        method,
        f"{connection.api_url.rstrip('/')}{path}",
        body,
        headers={"Authorization": connection.secrets["max_token"]},
        authority=connection.secrets.get("max_ca", ""),
    )
    if "code" in answer:
        remedy = _REMEDIES.get(answer["code"], "https://dev.max.ru/docs-api says what the code means.")
        raise Trouble(f"MAX refused {method} {path}: {answer['code']} {answer.get('message')}", remedy)
    return answer


MESSENGER = Messenger({"max_token": "MAX_TOKEN", "max_ca": "MAX_CA"}, register, health, may_lack=frozenset({"max_ca"}))
