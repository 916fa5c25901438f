"""VK's reactions have numbers, not emoji. Used by both directions: vk_updates.py and vk_calls.py.

The numbers are those of messages.getReactionsAssets: https://dev.vk.com/ru/method/messages.getReactionsAssets
"""

EMOJI: dict[int, str] = {
    1: "❤",
    2: "🔥",
    3: "😂",
    4: "👍",
    5: "💩",
    6: "❓",
    7: "😭",
    8: "😡",
    9: "👎",
    10: "👌",
    11: "😃",
    12: "🤔",
    13: "🙏",
    14: "😘",
    15: "😍",
    16: "🎉",
}

_NUMBERS = {emoji: number for number, emoji in EMOJI.items()}
_VARIATION = "\ufe0f"  # asks for the coloured form of a sign; VK does not tell them apart


def number_of(emoji: str) -> int | None:
    """None: VK has no such reaction."""
    return _NUMBERS.get(emoji.replace(_VARIATION, ""))
