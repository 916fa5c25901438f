"""What the sandbox's Viber is told when it starts: the bot and, if it is known already, its webhook. Part of the config."""

import msgspec


class ViberClient(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody who has found the bot and not written yet."""

    name: str
    user_id: str


class Viber(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The token signs the callbacks too. Until the product sets a webhook, they go to ``webhook_url``, or wait."""

    token: str = "sandbox-viber-token-for-this-machine-only"
    id: str = "pa:800000002"
    name: str = "Vipdesk"
    webhook_url: str = ""
    clients: tuple[ViberClient, ...] = ()
