"""Where webhook calls go: the app's own callback, the account's subscription and its override. Used by the endpoint.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.config import WhatsApp
from infra.local.sandbox.whatsapp.errors import GraphError, wrong
from infra.local.sandbox.whatsapp.webhook import Webhook
from infra.local.sandbox.whatsapp.world import World

HANDSHAKE_SECONDS = 10
LONGEST_CALLBACK = 200
OBJECT = "whatsapp_business_account"


class Subscribing:
    def __init__(self, config: WhatsApp, world: World, webhook: Webhook, shared: Shared) -> None:
        self._config = config
        self._world = world
        self._webhook = webhook
        self._shared = shared

    async def set_callback(self, request: web.Request, given: Any) -> Json:
        """The app's: of which object, which fields, and where to.

        https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
        """
        _check(request, self._config.app_id)
        asked = _fields(given, ("object", "callback_url", "verify_token", "fields"))
        if asked.get("object") != OBJECT or not asked.get("fields"):
            raise wrong(f"object must be {OBJECT}, fields must name some")
        await _shake_hands(str(asked.get("callback_url", "")), str(asked.get("verify_token", "")))
        fields = [{"name": name, "version": "v23.0"} for name in str(asked["fields"]).split(",")]
        about = {"object": OBJECT, "callback_url": asked["callback_url"], "active": True}
        self._world.app_callback = about | {"fields": fields}
        self._changed()
        return {"success": True}

    async def callbacks(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        _check(request, self._config.app_id)
        return {"data": [self._world.app_callback] if self._world.app_callback else []}

    async def subscribe(self, request: web.Request, given: Any) -> Json:
        """The account tells the app; an override says where to, once the address has proved to be the product's."""
        _check(request, self._config.business_account_id)
        asked = _fields(given, ("override_callback_uri", "verify_token"))
        if asked and not self._world.app_subscribed:
            raise wrong("Before override the current callback uri, your app must be subscribed to receive messages")
        if url := str(asked.get("override_callback_uri", "")):
            await _shake_hands(url, str(asked.get("verify_token", "")))
        self._world.app_subscribed, self._world.webhook_url = True, url
        self._changed()
        return {"success": True}

    async def subscribed(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        _check(request, self._config.business_account_id)
        override = {"override_callback_uri": self._world.webhook_url} if self._world.webhook_url else {}
        app = {"whatsapp_business_api_data": {"id": self._config.app_id, "name": "Vipdesk"}}
        return {"data": [app | override] if self._world.app_subscribed else []}

    async def numbers(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        """With the fields that are asked for; the id always."""
        _check(request, self._config.business_account_id)
        default = self._world.app_callback["callback_url"] if self._world.app_callback else ""
        number: Json = {
            "id": self._config.phone_number_id,
            "display_phone_number": self._config.display_phone_number,
            "verified_name": "Vipdesk",
            "quality_rating": "GREEN",
            "webhook_configuration": {"whatsapp_business_account": self._world.webhook_url, "application": default},
        }
        asked = ["id", *request.query.get("fields", "display_phone_number,verified_name,quality_rating").split(",")]
        if unknown := set(asked) - set(number):
            raise wrong(f"Tried accessing nonexisting field ({', '.join(sorted(unknown))})")
        return {"data": [{name: number[name] for name in asked}]}

    def _changed(self) -> None:
        """Nothing comes unless the app asked for messages and the account tells the app."""
        app = self._world.app_callback if self._world.app_subscribed else None
        self._webhook.deliveries.set_url((self._world.webhook_url or str(app["callback_url"])) if app else "")
        self._shared.memory.changed()


def _check(request: web.Request, wanted: str) -> None:
    if (given := request.match_info["id"]) != wanted:
        raise wrong(f"Unsupported {request.method.lower()} request. Object with ID '{given}' does not exist")


def _fields(given: Any, known: tuple[str, ...]) -> Json:
    asked: Json = given if isinstance(given, dict) else {}
    if unknown := set(asked) - set(known):
        raise wrong(f"Unknown: {', '.join(sorted(unknown))}")
    return asked


async def _shake_hands(url: str, token: str) -> None:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint"""
    # Meta wants HTTPS; on this machine plain HTTP does.
    if len(url) > LONGEST_CALLBACK or not (
        url.startswith("https://") or urlsplit(url).hostname in ("127.0.0.1", "localhost")
    ):
        raise wrong(f"The callback must be an HTTPS address of at most {LONGEST_CALLBACK} characters")
    challenge = str(time.monotonic_ns())
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
    try:
        timeout = aiohttp.ClientTimeout(total=HANDSHAKE_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url, params=query) as answer:
            is_ours = answer.status == 200 and await answer.text() == challenge
    except (TimeoutError, aiohttp.ClientError):
        is_ours = False
    if not is_ours:
        raise GraphError(2200, "The challenge did not come back.")
