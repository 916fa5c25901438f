"""The demo's accounts in the messengers beside Telegram: what the sandbox plays and what the desk is told of it.

Called by ``infra.local.stack``. These are no secrets: they open nothing but the sandbox of this machine.
"""

from typing import Any

ACCOUNTS = {
    "whatsapp": "106540352242922",
    "vk": "220000001",
    "viber": "pa:800000002",
    "max": "800000001",
}

ADDRESSES = {"whatsapp": "15550783881", "vk": "vipdesk", "viber": "vipdesk", "max": "vipdesk_bot"}
"""How people find the demo's accounts: what stands in personal links."""

SECRETS = {
    "whatsapp_token": "sandbox-whatsapp-token",
    "whatsapp_app_secret": "sandbox-whatsapp-app-secret",
    "whatsapp_app_id": "670843887433847",
    "whatsapp_waba_id": "102290129340398",
    "whatsapp_verify_token": "sandbox-whatsapp-verify-token",
    "vk_token": "sandbox-vk-token",
    "vk_secret": "sandboxvksecret",
    "vk_confirmation": "5a9d0b0c",
    "vk_group_id": ACCOUNTS["vk"],
    "viber_token": "sandbox-viber-token",
    "max_token": "sandbox-max-token",
    "max_secret": "sandbox-max-secret",
}
"""As they stand in SSM, by name."""

WEBHOOK_SECRETS = (
    "whatsapp_app_secret",
    "whatsapp_verify_token",
    "vk_secret",
    "vk_confirmation",
    "vk_group_id",
    "viber_token",
    "max_secret",
)
"""Those that ``stack.json`` names: with them anybody can call a webhook as the messenger does."""


TEMPLATES: list[dict[str, Any]] = [
    {
        "name": "answer_is_ready",
        "language": "ru",
        "category": "utility",
        "body": "Здравствуйте, {{1}}! По вашему вопросу «{{2}}» есть ответ. Напишите нам, и мы продолжим.",
        "parameters": [
            {"name": "1", "means": {"ru": "имя клиента", "en": "the client's name"}},
            {"name": "2", "means": {"ru": "о чём вопрос", "en": "what it is about"}},
        ],
        "buttons": ["Продолжить"],
    },
    {
        "name": "follow_up",
        "language": "en_US",
        "category": "utility",
        "body": "We have news about your question. Please write to us whenever it suits you, and we will go on.",
    },
    {
        "name": "how_it_went",
        "language": "en_US",
        "category": "utility",
        "body": "Your question is closed. How was it this time? One tap: {{1}}",
        "parameters": [{"name": "1", "means": {"ru": "ссылка на оценку", "en": "the link to the survey"}}],
    },
]
"""As the desk's settings have them; WhatsApp has approved them."""


def sandbox_sections() -> dict[str, Any]:
    """The sections of the sandbox's config. Where each side brings its updates it learns when we register; its clients a
    newcomer finds in the page at once."""
    return {
        "whatsapp": {
            "token": SECRETS["whatsapp_token"],
            "app_id": SECRETS["whatsapp_app_id"],
            "app_secret": SECRETS["whatsapp_app_secret"],
            "business_account_id": SECRETS["whatsapp_waba_id"],
            "phone_number_id": ACCOUNTS["whatsapp"],
            "templates": [{name: each[name] for name in ("name", "language", "body")} for each in TEMPLATES],
            "clients": [
                {"name": "Olga Smirnova", "phone": "79161230001"},
                {"name": "Ben Carter", "phone": "447911123456"},
            ],
        },
        "vk": {
            "token": SECRETS["vk_token"],
            "group_id": int(ACCOUNTS["vk"]),
            "confirmation": SECRETS["vk_confirmation"],
            "clients": [{"name": "Vera Lebedeva", "user_id": 600_101}, {"name": "Ivan Petrov", "user_id": 600_102}],
        },
        "viber": {
            "token": SECRETS["viber_token"],
            "id": ACCOUNTS["viber"],
            "clients": [{"name": "Hanna Kuzmich", "user_id": "hanna-of-viber=="}],
        },
        "max": {
            "token": SECRETS["max_token"],
            "user_id": int(ACCOUNTS["max"]),
            "clients": [{"name": "Mikhail Zorin", "user_id": 600_201}],
        },
    }
