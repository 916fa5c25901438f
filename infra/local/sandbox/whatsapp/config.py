"""What the sandbox's WhatsApp is told when it starts. Part of ``infra.local.sandbox.config``."""

from typing import Literal

import msgspec


class WhatsAppClient(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`phone`: digits only, as WhatsApp writes them."""

    name: str
    phone: str


class WhatsAppTemplate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`body` has its parameters as {{1}} or {{first_name}}."""

    name: str
    language: str = "en_US"
    body: str = "Hello World"
    status: Literal["approved", "paused", "disabled"] = "approved"


class WhatsApp(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One number of one business account. The webhook may also be set later, by the API."""

    token: str
    app_secret: str
    phone_number_id: str
    business_account_id: str = "102290129340398"
    app_id: str = "670843887433847"
    display_phone_number: str = "+1 555-078-3881"
    webhook_url: str = ""
    templates: tuple[WhatsAppTemplate, ...] = (WhatsAppTemplate("hello_world"),)
    clients: tuple[WhatsAppClient, ...] = ()
