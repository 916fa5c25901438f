"""The community's callback servers and the methods that set them up. In the table of endpoint.py.

https://dev.vk.com/ru/api/callback/getting-started. Events go to the server confirmed last: there is one product.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from infra.local.sandbox.state import Json
from infra.local.sandbox.vk.community import EVENTS, VERSION, Community, Server
from infra.local.sandbox.vk.errors import ApiError, wrong

MOST_SERVERS = 10
LONGEST_TITLE, LONGEST_SECRET = 14, 50

Params = Mapping[str, str]

_SERVER = ("group_id", "url", "title", "secret_key")


def get_confirmation_code(community: Community, params: Params) -> Json:
    _check(community, params, ("group_id",))
    return {"code": community.config.confirmation}


def get_servers(community: Community, params: Params) -> Json:
    _check(community, params, ("group_id", "server_ids"))
    items = [server.json() for server in community.world.servers.values()]
    return {"count": len(items), "items": items}


def add_server(community: Community, params: Params) -> Json:
    """VK asks the address for the confirmation string afterwards, in its own time."""
    _check(community, params, _SERVER)
    servers = community.world.servers
    if len(servers) == MOST_SERVERS:
        raise ApiError(2000, "Servers number limit is reached")
    server = Server(max(servers, default=0) + 1, *_described(params))
    servers[server.id] = server
    community.ask_to_confirm(server)
    return {"server_id": server.id}


def edit_server(community: Community, params: Params) -> int:
    _check(community, params, ("server_id", *_SERVER))
    server = _server(community, params)
    server.url, server.title, server.secret_key = _described(params)
    community.ask_to_confirm(server)
    return 1


def get_settings(community: Community, params: Params) -> Json:
    _check(community, params, ("group_id", "server_id"))
    server = _server(community, params)
    return {"api_version": server.api_version, "events": {name: int(name in server.events) for name in EVENTS}}


def set_settings(community: Community, params: Params) -> int:
    """What is not named stays as it was."""
    _check(community, params, ("group_id", "server_id", "api_version", *EVENTS))
    server = _server(community, params)
    server.api_version = params.get("api_version", VERSION)
    switched = {name: params[name] for name in EVENTS if name in params}
    if any(value not in ("0", "1") for value in switched.values()):
        raise wrong("events are switched by 0 and 1")
    kept = [name for name in server.events if name not in switched]
    server.events = kept + [name for name, value in switched.items() if value == "1"]
    return 1


def _check(community: Community, params: Params, known: tuple[str, ...]) -> None:
    """VK overlooks what it does not know; whoever calls it so has made a mistake all the same."""
    if unknown := set(params) - set(known):
        raise wrong(f"there is no parameter {', '.join(sorted(unknown))}")
    if params.get("group_id") != str(community.config.group_id):
        raise ApiError(15, "Access denied: no access to this group", is_violation=True)


def _described(params: Params) -> tuple[str, str, str]:
    """Address, title and secret. Raises 100 for those that VK does not take."""
    url, title, secret = params.get("url", ""), params.get("title", ""), params.get("secret_key", "")
    # VK wants HTTPS; on this machine plain HTTP does.
    if not url.startswith("https://") and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise wrong("url is invalid")
    if not 0 < len(title) <= LONGEST_TITLE:
        raise wrong(f"title has from 1 to {LONGEST_TITLE} characters")
    if not re.fullmatch(rf"[A-Za-z0-9]{{0,{LONGEST_SECRET}}}", secret):
        raise wrong(f"secret_key has at most {LONGEST_SECRET} letters and digits")
    return url, title, secret


def _server(community: Community, params: Params) -> Server:
    found = community.world.servers.get(int(params["server_id"]) if params.get("server_id", "").isdecimal() else 0)
    if found is None:
        raise wrong("server_id: there is no such server")
    return found


METHODS: dict[str, Callable[[Community, Params], Any]] = {
    "groups.getCallbackConfirmationCode": get_confirmation_code,
    "groups.getCallbackServers": get_servers,
    "groups.addCallbackServer": add_server,
    "groups.editCallbackServer": edit_server,
    "groups.getCallbackSettings": get_settings,
    "groups.setCallbackSettings": set_settings,
}
