"""How much each messenger takes: of an account, to one chat, in a group. Used by ``use_cases.pacing``.

The figures are the messengers'. Where one gives only a rate, what may leave at once is half a second's worth: the rest of that
second is for what was allowed and arrives late. A third of it is the share of conversations, which announcements leave alone.
"""

from dataclasses import dataclass

from chalicelib.desk.outbound import Verb
from chalicelib.desk.rates import Budget, Limit, Steady, Windowed


@dataclass(frozen=True)
class Limits:
    """``unlimited``: what the messenger does not count. ``says_whose``: a refusal tells whether it was a person's limit."""

    account: Limit | None = None
    chat: Limit | None = None
    group: Limit | None = None
    unlimited: frozenset[Verb] = frozenset()
    says_whose: bool = True


def _a_second(most: int) -> Steady:
    return Steady(most, burst=most / 2, share=most / 6)


LIMITS: dict[str, Limits] = {
    # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: "short bursts" are ours to name.
    "telegram": Limits(
        account=_a_second(30),
        chat=Steady(1, burst=2),
        group=Windowed(20, 60, share=5),
        unlimited=frozenset((Verb.REACT, Verb.ANSWER_TAP)),
        says_whose=False,
    ),
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput, and "pair rate limits" there
    "whatsapp": Limits(account=_a_second(80), chat=Steady(1 / 6, burst=45)),
    # https://dev.vk.com/ru/api/api-requests#Частотные%20ограничения: every method counts
    "vk": Limits(account=_a_second(20)),
    # https://developers.viber.com/docs/api/rest-bot-api/#error-codes, 12: in an hour, to a person who does not answer
    "viber": Limits(chat=Steady(100 / 3600, burst=100)),
    # https://dev.max.ru/docs-api
    "max": Limits(account=_a_second(30)),
}


def of_account(messenger: str, account: str, speed: float, *, favoured: bool) -> tuple[Budget, ...]:
    limit = LIMITS[messenger].account
    return (Budget(f"{messenger}:{account}", limit.at_speed(speed), favoured),) if limit else ()


def of_chat(messenger: str, account: str, chat: str, speed: float, *, favoured: bool) -> tuple[Budget, ...]:
    limit = LIMITS[messenger].group if is_group(messenger, chat) else LIMITS[messenger].chat
    return (Budget(f"{messenger}:{account}:{chat}", limit.at_speed(speed), favoured),) if limit else ()


def is_counted(messenger: str, verb: Verb) -> bool:
    return verb not in LIMITS[messenger].unlimited


def is_group(messenger: str, chat: str) -> bool:
    """Groups and channels of Telegram: https://core.telegram.org/bots/api#chat, and channels by their @name."""
    return messenger == "telegram" and chat.startswith(("-", "@"))
