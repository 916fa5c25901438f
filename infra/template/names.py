"""Names of resources: physical ones carry the stage, logical ones are the CamelCase of the same words."""

from typing import Any


def physical(name: str) -> dict[str, Any]:
    """``outbox.fifo`` → ``vipdesk-${Stage}-outbox.fifo``: two stages never meet in one account."""
    return {"Fn::Sub": f"vipdesk-${{Stage}}-{name}"}


def logical(*words: str) -> str:
    """``("vip-deliveries", "queue")`` → ``VipDeliveriesQueue``."""
    parts = " ".join(words).replace("-", " ").replace(".", " ").replace("_", " ").split()
    return "".join(part[0].upper() + part[1:] for part in parts)


def arn(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}
