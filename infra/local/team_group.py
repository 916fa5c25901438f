"""Helps a newcomer's bot to find its team: says which group it was added to and what it still needs there, and makes that group
the desk's while the desk has none. Called by ``infra.local.polling`` with every update.

Only an empty place is filled: whoever adds the bot to another group later changes nothing.
"""

from collections.abc import Callable
from typing import Any

from infra.local.admin import Admin
from infra.trouble import Trouble
from infra.webhooks import telegram
from infra.webhooks.registration import Json

NEEDED_RIGHTS = {"can_manage_topics": "manage topics", "can_pin_messages": "pin messages"}


class TeamGroup:
    def __init__(self, desk_url: str, admin_token: str, api_url: str, token: str, say: Callable[[str], None]) -> None:
        self._admin = Admin(desk_url, admin_token)
        self._api_url = api_url
        self._token = token
        self._say = say
        self._group: str = self._desk()[0]["group"]
        self._said: set[str] = set()
        self._ready: set[str] = set()

    def look(self, update: Json) -> None:
        change = update.get("my_chat_member")
        chat = (change or update.get("message") or {}).get("chat", {})
        known = str(chat.get("id", ""))
        if chat.get("type") not in ("group", "supergroup") or (known in self._ready and not change):
            return
        try:
            self._consider(known, f"{chat.get('title')!r} ({known})")
        except Trouble as trouble:
            self._say(str(trouble))

    def _consider(self, chat_id: str, named: str) -> None:
        if self._group and chat_id != self._group:
            self._say_once(
                f"The bot is in {named} too. The desk stays in {self._group}; TELEGRAM_GROUP in .env changes that."
            )
            return
        if lacking := self._lacks(chat_id):
            self._say_once(f"The bot is in {named}. Still to do there: {lacking}.")
            return
        self._ready.add(chat_id)
        if not self._group:
            self._adopt(chat_id)
            words = f"{named} is the team's group now (in a minute at most). To keep it so: TELEGRAM_GROUP={chat_id} in .env"
            self._say_once(words)

    def _lacks(self, chat_id: str) -> str:
        """What the group or the bot in it needs yet, for people; empty when nothing."""
        bot = self._call("getChatMember", chat_id=chat_id, user_id=int(self._token.partition(":")[0]))
        if bot["status"] in ("left", "kicked"):
            return "add the bot again"
        missing = [words for right, words in NEEDED_RIGHTS.items() if not bot.get(right)]
        todo = (
            []
            if self._call("getChat", chat_id=chat_id).get("is_forum")
            else ["switch Topics on in the group's settings"]
        )
        return "; ".join(todo + ([f"make the bot an administrator who may {' and '.join(missing)}"] if missing else []))

    def _adopt(self, chat_id: str) -> None:
        desk, etag = self._desk()
        if not desk["group"]:
            self._admin.call("PUT", "/admin/settings/desk", {**desk, "group": chat_id}, etag)
        self._group = desk["group"] or chat_id

    def _desk(self) -> tuple[Json, str]:
        return self._admin.read("/admin/settings/desk")

    def _call(self, method: str, **parameters: Any) -> Json:
        return dict(telegram.call(self._api_url, self._token, method, parameters))

    def _say_once(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            self._say(words)
