"""What the sandbox's VK is told when it starts: the community, its callback server, the people. Part of the config."""

import msgspec


class Person(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody who has already allowed messages from the community."""

    name: str
    user_id: int


class Vk(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``confirmation`` is what an address has to answer to be believed. Until the product adds a callback server, events go
    to ``webhook_url`` with ``secret``, or wait."""

    token: str = "sandbox-vk-token-for-this-machine-only"
    group_id: int = 220_000_001
    group_name: str = "Vipdesk"
    secret: str = "sandbox-vk-secret"
    confirmation: str = "5a9d0b0c"
    webhook_url: str = ""
    clients: tuple[Person, ...] = (Person("Вера Лебедева", 600_001), Person("Ivan Petrov", 600_102))
