"""What the template tells a function about its surroundings. Names of things only; secrets are in ``secrets``."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Environment:
    """Read once per process from environment variables of the same names in upper case; a missing one is an empty string,
    since each function is only told what it uses."""

    stage: str
    desk_table: str
    outages_table: str
    voice_table: str
    settings_table: str
    outbox_queue_url: str
    telegram_deliveries_queue_url: str
    whatsapp_deliveries_queue_url: str
    vk_deliveries_queue_url: str
    viber_deliveries_queue_url: str
    max_deliveries_queue_url: str
    vip_deliveries_queue_url: str
    announcements_topic_arn: str
    status_bucket: str
    files_bucket: str
    secrets_path: str
    telegram_api_url: str
    limits_speed: str

    def deliveries_queue_url(self, messenger: str) -> str:
        return str(getattr(self, f"{messenger}_deliveries_queue_url"))


@cache
def environment() -> Environment:
    return Environment(**{name: os.environ.get(name.upper(), "") for name in Environment.__dataclass_fields__})
