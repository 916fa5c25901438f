"""What differs between two deployments of the same package. Everything else is the same everywhere."""

from typing import Any

MESSENGER_API_URLS = {
    "Telegram": "https://api.telegram.org",
    "WhatsApp": "https://graph.facebook.com",
    "Vk": "https://api.vk.ru",
    "Viber": "https://chatapi.viber.com",
    "Max": "https://platform-api2.max.ru",
}
"""Messenger → base URL of its API; the parameter is ``<Messenger>ApiUrl``, the variable ``<MESSENGER>_API_URL``."""


def parameters(stage: str) -> dict[str, Any]:
    return {
        "Stage": {
            "Type": "String",
            "Default": stage,
            "AllowedPattern": "[a-z][a-z0-9-]{0,15}",
            "Description": "Part of every name, so that several stages live in one account",
        },
        "AlarmEmail": {"Type": "String", "Default": "", "Description": "Who hears of alarms; empty: nobody by mail"},
        "MemorySize": {"Type": "Number", "Default": 512, "MinValue": 128, "MaxValue": 10240},
        "LogLevel": {
            "Type": "String",
            "Default": "INFO",
            "AllowedValues": ["DEBUG", "INFO", "WARNING", "ERROR"],
        },
        "LogRetentionDays": {"Type": "Number", "Default": 30},
        "ProtectData": {
            "Type": "String",
            "Default": "true",
            "AllowedValues": ["true", "false"],
            "Description": "Deletion protection of the tables; false only where data may be thrown away",
        },
        "WithCdn": {
            "Type": "String",
            "Default": "true",
            "AllowedValues": ["true", "false"],
            "Description": "CloudFront before the status page; false on one machine",
        },
        "LimitsSpeed": {
            "Type": "Number",
            "Default": 1,
            "Description": "How many times faster than real the messengers' limits run; beside a sandbox in a hurry only",
        },
        "DeliverersAtOnce": {
            "Type": "Number",
            "Default": 25,  # WhatsApp takes 80 a second, and a delivery some 190 ms: docs/scale.md
            "MinValue": 2,
            "MaxValue": 1000,
            "Description": "How many workers send announcements in each messenger; on one machine each is a process",
        },
        **{
            f"{messenger}ApiUrl": {"Type": "String", "Default": url, "Description": f"Base URL of {messenger}'s API"}
            for messenger, url in MESSENGER_API_URLS.items()
        },
    }


CONDITIONS = {
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]},
    "ProtectsData": {"Fn::Equals": [{"Ref": "ProtectData"}, "true"]},
    "HasCdn": {"Fn::Equals": [{"Ref": "WithCdn"}, "true"]},
}
