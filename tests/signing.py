"""How each messenger proves that a webhook call is its own, with secrets that tests choose."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

OURS: Mapping[str, str] = {
    "telegram": "webhook-secret",
    "whatsapp_app_secret": "app-secret",
    "vk_secret": "vk-secret",
    "vk_group_id": "220000001",
    "viber_token": "viber-token",
    "max_secret": "max-secret",
    "max_token": "max-token",
}
"""By their names in SSM; Telegram's is ``telegram_webhook_secret`` there, and ``telegram`` in ``stack.json``."""


def signed(messenger: str, raw: bytes, secrets: Mapping[str, str]) -> dict[str, str]:
    """The headers by which the product knows that ``raw`` comes from the messenger. VK's secret stands in the body."""

    def signature(secret: str) -> str:
        return hmac.new(secrets[secret].encode(), raw, hashlib.sha256).hexdigest()

    match messenger:
        case "telegram":
            return {"X-Telegram-Bot-Api-Secret-Token": secrets["telegram"]}
        case "whatsapp":
            return {"X-Hub-Signature-256": f"sha256={signature('whatsapp_app_secret')}"}
        case "viber":
            return {"X-Viber-Content-Signature": signature("viber_token")}
        case "max":
            return {"X-Max-Bot-Api-Secret": secrets["max_secret"]}
        case _:
            return {}


def with_secret(messenger: str, body: Json, secrets: Mapping[str, str]) -> Json:
    """What the body itself has to say to be believed."""
    if messenger != "vk":
        return body
    return {**body, "secret": secrets["vk_secret"], "group_id": int(secrets["vk_group_id"])}
