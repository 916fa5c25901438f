"""WhatsApp's row: which fields the app hears of, that the business account tells this app, and where it brings them.

The app's own callback is shared by all its stages, so it is only set when there is none; where this account's messages go is
said by the account's override. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

from chalicelib.messengers.whatsapp_calls import VERSION
from infra.trouble import Trouble
from infra.webhooks.registration import Connection, Health, Json, Messenger, NotReached, ask

OBJECT, FIELD = "whatsapp_business_account", "messages"
CALLBACK_FAILED = 2200

_REMEDIES = {
    CALLBACK_FAILED: "Meta could not get its challenge back from our address: is PUBLIC_URL right, and reachable over HTTPS?",
    190: "The token is wrong or has expired: make one of a system user, which does not, and give it as WHATSAPP_TOKEN.",
    100: "Check WHATSAPP_APP_ID and WHATSAPP_WABA_ID: the ids of the app and of the WhatsApp Business account.",
    101: "Check WHATSAPP_APP_ID and WHATSAPP_APP_SECRET: they stand together in the app's settings, Basic.",
}


def register(connection: Connection) -> None:
    verify = connection.secrets["whatsapp_verify_token"]
    if not _hears_of_messages(connection):
        asked = {"object": OBJECT, "callback_url": connection.webhook_url, "verify_token": verify, "fields": FIELD}
        _call(connection, "POST", f"{_app(connection)}/subscriptions", asked, as_app=True)
    account = connection.secrets["whatsapp_waba_id"]
    if (
        _subscription(connection) is None
    ):  # only then can the account be told another address; and this would take it away
        _call(connection, "POST", f"{account}/subscribed_apps", {})
    override = {"override_callback_uri": connection.webhook_url, "verify_token": verify}
    _call(connection, "POST", f"{account}/subscribed_apps", override)


def health(connection: Connection) -> Health:
    account = connection.secrets["whatsapp_waba_id"]
    override = (_subscription(connection) or {}).get("override_callback_uri", "")
    shown = "id,display_phone_number,quality_rating,webhook_configuration"
    numbers = _call(connection, "GET", f"{account}/phone_numbers?fields={shown}")["data"]
    facts = [("messages", "asked for" if _hears_of_messages(connection) else "not asked for: deploy again")]
    facts += [("number", _described(number)) for number in numbers]
    return Health(str(override), ", ".join(number["id"] for number in numbers), tuple(facts))


def _described(number: Json) -> str:
    """A number may have an address of its own, which goes before the account's."""
    elsewhere = number.get("webhook_configuration", {}).get("phone_number")
    away = f", but its updates go to {elsewhere}" if elsewhere else ""
    return f"{number['display_phone_number']} (id {number['id']}, quality {number.get('quality_rating', '?')}){away}"


def _subscription(connection: Connection) -> Json | None:
    """The account's to this app."""
    found = _call(connection, "GET", f"{connection.secrets['whatsapp_waba_id']}/subscribed_apps")["data"]
    return next((one for one in found if one["whatsapp_business_api_data"]["id"] == _app(connection)), None)


def _hears_of_messages(connection: Connection) -> bool:
    """https://developers.facebook.com/docs/graph-api/reference/app/subscriptions"""
    found = _call(connection, "GET", f"{_app(connection)}/subscriptions", as_app=True)["data"]
    return any(
        one["object"] == OBJECT and one.get("active") and FIELD in (field["name"] for field in one["fields"])
        for one in found
    )


def _app(connection: Connection) -> str:
    return connection.secrets["whatsapp_app_id"]


def _call(connection: Connection, method: str, path: str, body: Json | None = None, *, as_app: bool = False) -> Json:
    secrets = connection.secrets
    token = f"{_app(connection)}|{secrets['whatsapp_app_secret']}" if as_app else secrets["whatsapp_token"]
    url = f"{connection.api_url.rstrip('/')}/{VERSION}/{path}"
    what = f"WhatsApp, {method} {path.partition('?')[0].rpartition('/')[2]}"
    answer = ask(what, method, url, body, headers={"Authorization": f"Bearer {token}"})
    if isinstance(error := answer.get("error"), dict):
        code = error.get("code")
        kind = NotReached if code == CALLBACK_FAILED else Trouble
        otherwise = "Its user needs whatsapp_business_management for this account; Meta's error codes say the rest."
        raise kind(f"{what} was refused: {error.get('message')}", _REMEDIES.get(code or 0, otherwise))
    return answer


MESSENGER = Messenger(
    {
        "whatsapp_token": "WHATSAPP_TOKEN",
        "whatsapp_app_id": "WHATSAPP_APP_ID",
        "whatsapp_app_secret": "WHATSAPP_APP_SECRET",
        "whatsapp_waba_id": "WHATSAPP_WABA_ID",
    },
    register,
    health,
)
