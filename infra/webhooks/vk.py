"""VK's row: the community's callback server with its secret and its events. https://dev.vk.com/ru/api/callback/getting-started

The string by which we confirm the address belongs to who asks for it: the one of the community's settings page is another.
"""

import time
from typing import Any

from chalicelib.messengers.vk_api import VERSION
from infra.trouble import Trouble
from infra.webhooks.registration import Connection, Health, Json, Messenger, NotReached, ask

TITLE = "vipdesk"  # at most 14 characters
EVENTS = (
    "message_new",
    "message_edit",
    "message_event",
    "message_reaction_event",
    "message_allow",
    "message_deny",
)
CONFIRMED_WITHIN_SECONDS = 10.0
LOOKS_EVERY_SECONDS = 0.5

_TOKEN = (
    "Make a key in the community's settings, API usage, with access to management and messages; give it as VK_TOKEN."
)
_REMEDIES = {
    5: _TOKEN,
    7: _TOKEN,
    15: "The key is of another community, or its rights are too few: check VK_GROUP_ID, digits only. " + _TOKEN,
    27: _TOKEN,
    100: "Check VK_GROUP_ID: the community's id, digits only; and that the public address is HTTPS.",
    2000: "The community has ten callback servers already. Delete one that nobody uses: API usage, Callback API.",
}


def learn(connection: Connection) -> dict[str, str]:
    return {"vk_confirmation": str(_call(connection, "groups.getCallbackConfirmationCode")["code"])}


def register(connection: Connection) -> None:
    wanted = {"url": connection.webhook_url, "title": TITLE, "secret_key": connection.secrets["vk_secret"]}
    if server := _server(connection):
        server_id = server["id"]
        if server["secret_key"] != wanted["secret_key"] or server["status"] != "ok":
            _call(connection, "groups.editCallbackServer", server_id=server_id, **wanted)
    else:
        server_id = _call(connection, "groups.addCallbackServer", **wanted)["server_id"]
    events = dict.fromkeys(EVENTS, 1)
    _call(connection, "groups.setCallbackSettings", server_id=server_id, api_version=VERSION, **events)
    _wait_until_confirmed(connection)


def _wait_until_confirmed(connection: Connection) -> None:
    """VK asks our address for the string in its own time."""
    until = time.monotonic() + CONFIRMED_WITHIN_SECONDS
    while (status := (_server(connection) or {}).get("status")) != "ok":
        if status == "failed" or time.monotonic() > until:
            raise NotReached(
                f"VK did not get the confirmation string from our address: the callback server's status is {status}.",
                "Is PUBLIC_URL right, and reachable over HTTPS?",
            )
        time.sleep(LOOKS_EVERY_SECONDS)


def health(connection: Connection) -> Health:
    server, community = _server(connection), connection.secrets["vk_group_id"]
    if server is None:
        return Health("", community)
    settings = _call(connection, "groups.getCallbackSettings", server_id=server["id"])
    missing = [event for event in EVENTS if not settings["events"].get(event)]
    heard = "all that the desk reads" if not missing else f"without {', '.join(missing)}: deploy again"
    return Health(str(server["url"]), community, (("status", str(server["status"])), ("updates", heard)))


def _server(connection: Connection) -> Json | None:
    servers = _call(connection, "groups.getCallbackServers")["items"]
    return next((server for server in servers if server["url"] == connection.webhook_url), None)


def _call(connection: Connection, method: str, **parameters: object) -> Any:
    about = {
        "group_id": connection.secrets["vk_group_id"],
        "access_token": connection.secrets["vk_token"],
        "v": VERSION,
    }
    answer = ask(method, "POST", f"{connection.api_url.rstrip('/')}/method/{method}", form={**parameters, **about})
    if isinstance(error := answer.get("error"), dict):
        code = int(error.get("error_code", 0))
        remedy = _REMEDIES.get(code, "https://dev.vk.com/ru/reference/errors says what the code means.")
        raise Trouble(f"VK refused {method}: {code} {error.get('error_msg')}", remedy)
    return answer["response"]


MESSENGER = Messenger({"vk_token": "VK_TOKEN", "vk_group_id": "VK_GROUP_ID"}, register, health, learn)
