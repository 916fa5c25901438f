"""One adapter per messenger, the same few verbs: verify, parse, send. A sixth messenger is one module and one row here."""

from chalicelib.messengers import telegram, vk
from chalicelib.messengers.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {"telegram": telegram.ADAPTER, "vk": vk.ADAPTER}
