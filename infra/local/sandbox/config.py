"""What the sandbox is told when it starts: the bot, its three rooms, the team, the clients. Read by the server."""

from pathlib import Path
from typing import Literal

import msgspec

from infra.local.sandbox.max.config import Max
from infra.local.sandbox.viber.config import Viber
from infra.local.sandbox.vk.config import Vk
from infra.local.sandbox.whatsapp.config import WhatsApp, WhatsAppClient, WhatsAppTemplate

ChatType = Literal["private", "supergroup", "channel"]


class Bot(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    id: int
    username: str
    first_name: str


class Telegram(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The bot and, optionally, a webhook to call before the product has registered one of its own."""

    token: str
    bot: Bot
    webhook_url: str | None = None
    webhook_secret: str | None = None


class Room(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A chat of the team. Without a `type`, a positive id is a person's private chat and a negative one a group."""

    id: int
    title: str = ""
    type: ChatType | None = None

    @property
    def chat_type(self) -> ChatType:
        return self.type or ("private" if self.id > 0 else "supergroup")


class Rooms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The team's forum group, the channel where outages are announced, the manager's chat with the bot; and further forum
    groups, over which clients are spread."""

    desk: Room
    emergency: Room
    manager: Room
    more_desks: tuple[Room, ...] = ()


class StaffMember(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`has_started`: pressed Start in their private chat with the bot, so that it may write to them."""

    name: str
    role: str
    telegram_user_id: int
    has_started: bool = True


class Client(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A client who has already pressed Start: the bot may write to them first."""

    name: str
    user_id: int
    language_code: str = "ru"
    username: str | None = None


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whether sends are limited as Telegram limits them, and how many times faster than real its clock runs."""

    enforce: bool = True
    speed: float = 1.0


class Config(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Everything above, and a section for each other messenger that is played. `state_path` None keeps nothing after a
    stop; `specs_path` None looks where tests look."""

    telegram: Telegram
    chats: Rooms
    port: int = 8090
    staff: tuple[StaffMember, ...] = ()
    clients: tuple[Client, ...] = ()
    state_path: str | None = None
    specs_path: str | None = None
    limits: Limits = Limits()
    whatsapp: WhatsApp | None = None
    vk: Vk | None = None
    viber: Viber | None = None
    max: Max | None = None


def read_config(path: Path) -> Config:
    """Read a JSON config. Raises `msgspec.ValidationError` naming the field that is wrong."""
    return msgspec.json.decode(path.read_bytes(), type=Config)


def demo_config(*, port: int = 8090, state_path: str | None = None) -> Config:
    """A small team and three clients, for a sandbox started alone."""
    manager = StaffMember("Marina Sokolova", "manager", 500_001)
    return Config(
        port=port,
        state_path=state_path,
        telegram=Telegram(
            token="700000001:sandbox-token-for-this-machine-only",
            bot=Bot(700_000_001, "vipdesk_bot", "Vipdesk"),
        ),
        chats=Rooms(
            desk=Room(-1_001_000_000_001, "Support team"),
            emergency=Room(-1_001_000_000_002, "Outages", "channel"),
            manager=Room(manager.telegram_user_id),
            more_desks=(Room(-1_001_000_000_003, "Support team 2"),),
        ),
        staff=(
            manager,
            StaffMember("Oleg Ivanov", "support", 500_002),
            StaffMember("Dina Park", "account", 500_003, has_started=False),
        ),
        clients=(
            Client("Anna Volkova", 600_001),
            Client("Pavel Orlov", 600_002),
            Client("Kate Miller", 600_003, "en"),
        ),
        vk=Vk(),
        viber=Viber(),
        max=Max(),
        whatsapp=WhatsApp(
            token="whatsapp-token-for-this-machine-only",
            app_secret="whatsapp-app-secret",
            phone_number_id="106540352242922",
            templates=(
                WhatsAppTemplate("hello_world"),
                WhatsAppTemplate("answer_is_ready", "ru", "Здравствуйте, {{1}}! По вопросу «{{2}}» есть ответ."),
                WhatsAppTemplate("follow_up", "en_US", "We have news for you. Please write to us to go on."),
            ),
            clients=(WhatsAppClient("Anna Volkova", "79001234567"),),
        ),
    )
