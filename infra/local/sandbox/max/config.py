"""What the sandbox's MAX is told when it starts: the bot and, if it is known already, its webhook. Part of the config."""

import msgspec


class MaxClient(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody who has found the bot and not started it yet."""

    name: str
    user_id: int


class Max(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Until the product subscribes, updates go to ``webhook_url``, or wait."""

    token: str = "sandbox-max-token-for-this-machine-only"
    user_id: int = 800_000_001
    name: str = "Vipdesk"
    webhook_url: str | None = None
    webhook_secret: str | None = None
    clients: tuple[MaxClient, ...] = ()
