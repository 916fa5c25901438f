"""One adapter per messenger, the same few verbs: verify, parse, send. A sixth messenger is one module and one row here."""

from chalicelib.messengers import max_messenger, telegram, viber, vk, whatsapp
from chalicelib.messengers.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {
    "telegram": telegram.ADAPTER,
    "whatsapp": whatsapp.ADAPTER,
    "vk": vk.ADAPTER,
    "viber": viber.ADAPTER,
    "max": max_messenger.ADAPTER,
}
