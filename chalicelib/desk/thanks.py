"""Plain thank-yous: "спасибо", "ok, thanks", 👍. Kept and shown, but they ask for nothing, so they start and end
nothing either.

Called for every message of a client, so it would rather take a thank-you for a question than a question for a
thank-you: a message is a plain thank-you only if every word of it is in the tables below and one of them thanks.
"""

import re
import unicodedata

# These thank all by themselves.
_THANKS = (
    "спасибо", "спасибки", "спасибочки", "спс", "спасиб", "пасиб", "пасибо", "мерси", "сенкс", "сэнкс", "рахмет", "дякую",
    "благодарю", "благодарим", "благодарствую", "благодарен", "благодарна", "благодарны",
    "признателен", "признательна", "признательны",
    "thanks", "thank you", "thank u", "thankyou", "thx", "tnx", "ty", "tysm", "many thanks", "cheers", "merci",
    "much appreciated", "appreciated", "appreciate it", "i appreciate it",
)  # fmt: skip

# These may stand beside a thank-you: how much, whom, what for; that something was understood or works now, praise, a wish.
_BESIDE = (
    "большое", "огромное", "преогромное", "премного", "очень", "еще раз", "заранее", "от души", "и",
    "вам", "вас", "тебе", "всем", "ребята", "друзья", "коллеги", "вы лучшие",
    "за помощь", "за быструю помощь", "за ответ", "за быстрый ответ", "за оперативный ответ", "за подробный ответ",
    "за оперативность", "за информацию", "за совет", "за поддержку", "за работу", "за содействие", "за внимание", "за терпение",
    "за объяснение", "за пояснение", "за разъяснение", "за разъяснения", "за уточнение", "за все",
    "ок", "окей", "оки", "ага", "хорошо", "понял", "поняла", "поняли", "понятно", "ясно", "принято",
    "все", "теперь", "работает", "заработало", "получилось", "помогло", "разобрался", "разобралась", "разобрались",
    "супер", "отлично", "класс", "круто", "замечательно", "прекрасно", "здорово",
    "хорошего дня", "хорошего вечера", "хороших выходных",
    "a lot", "lots", "so much", "very much", "very", "a million", "again", "in advance", "and", "so",
    "you", "everyone", "all", "guys", "team",
    "for your help", "for the help", "for help", "for the quick help", "for your quick help",
    "for your reply", "for the reply", "for the quick reply", "for your quick reply", "for the update",
    "for the info", "for the information", "for your support", "for your time", "for your patience",
    "for the explanation", "for explaining", "for letting me know",
    "ok", "okay", "okey", "got it", "understood", "noted", "all good", "no problem", "no worries",
    "now", "works", "it works", "everything works", "it worked", "that worked", "it helped", "that helped",
    "great", "perfect", "awesome", "cool", "nice", "wonderful", "excellent", "super",
    "have a nice day", "have a good day", "have a great day", "have a nice evening", "have a good evening",
    "have a nice weekend", "have a good weekend", "have a great weekend",
)  # fmt: skip

_EMOJI = frozenset("👍🙏❤♥💙💚💛🧡💜🤍👌😊🙂☺😀😃😄😁🤗🥰😍😘🤝👏🙌💪🔥🎉💐🌹🌷🌸💯✌😉😇🫶⭐🌟")

# Skin tones, variation selectors and the joiner change how an emoji looks, not what it says.
_EMOJI_LOOKS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")
_SMILEYS = re.compile(r"<3|[:;=][-'’]?[)D]+|\)+|\^_?\^")
_DECORATION = re.compile(r"[\s.,!;:…~\-–—\"'«»`*_]+")


def _any_of(*tables: tuple[str, ...]) -> str:
    """A pattern of one phrase as whole words, the longest that fits. Atomic: what a client sends cannot make it
    search long."""
    phrases = sorted({_plain(phrase) for table in tables for phrase in table}, key=len, reverse=True)
    return rf"(?>(?:{'|'.join(map(re.escape, phrases))})(?: |$))"


def _plain(text: str) -> str:
    """Lower case, one space between words, no decoration; ё is е."""
    return _DECORATION.sub(" ", unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")).strip()


_ALL_KNOWN = re.compile(f"{_any_of(_THANKS, _BESIDE)}+")
_ANY_THANKS = re.compile(f"(?:^| ){_any_of(_THANKS)}")


def is_plain_thanks(text: str) -> bool:
    """Whether a client's message thanks and does nothing else. Nothing but approving emoji counts; no text at all
    does not."""
    without_looks = _EMOJI_LOOKS.sub("", text)
    words = _plain(_SMILEYS.sub(" ", "".join(" " if c in _EMOJI else c for c in without_looks)))
    if not words:
        return any(c in _EMOJI for c in without_looks)
    return bool(_ALL_KNOWN.fullmatch(words) and _ANY_THANKS.search(words))
