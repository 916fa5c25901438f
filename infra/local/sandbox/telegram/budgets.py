"""Telegram's limits on what a bot sends. The API endpoint asks before every counted call.

Telegram publishes "about 30 a second", "one a second in a chat, short bursts may pass" and "20 a minute in a group"
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
"""

from infra.local.sandbox.limits import Limits, MinuteWindow, TokenBucket

BOT_PER_SECOND = 30
PRIVATE_CHAT_PER_SECOND = 1
PRIVATE_CHAT_BURST = 3
GROUP_PER_MINUTE = 20


class Budgets:
    """One for the bot and one for each chat."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bot = TokenBucket(BOT_PER_SECOND, BOT_PER_SECOND)
        self._chats: dict[int, TokenBucket | MinuteWindow] = {}

    def refuse(self, chat_id: int) -> int | None:
        """Take one send to `chat_id`, or say in how many whole real seconds to come back."""
        return self._limits.refuse(self._bot, self._chat(chat_id))

    def _chat(self, chat_id: int) -> TokenBucket | MinuteWindow:
        if chat_id not in self._chats:
            self._chats[chat_id] = (
                TokenBucket(PRIVATE_CHAT_PER_SECOND, PRIVATE_CHAT_BURST)
                if chat_id > 0
                else MinuteWindow(GROUP_PER_MINUTE)
            )
        return self._chats[chat_id]
