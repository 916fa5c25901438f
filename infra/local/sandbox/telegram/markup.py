"""Text as Telegram counts and marks it: parse_mode HTML into entities, lengths in UTF-16 units.

Grammar and messages follow https://core.telegram.org/bots/api#html-style and TDLib's own parser.
"""

import html
import re
from dataclasses import dataclass

from infra.local.sandbox.state import Json
from infra.local.sandbox.telegram.errors import wrong

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)?(?P<rest>[^>]*)(?P<close>>?)")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CHARACTER = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_FOUND_IN_TEXT = (
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,:;!?)\]»]")),
    ("bot_command", re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,32}(?:@\w+)?\b")),
    ("mention", re.compile(r"(?<!\w)@[a-zA-Z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<!\w)#\w+")),
)


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and its entities. Raises 400 "can't parse entities: …" in Telegram's words."""
    text, entities, stack, at = "", [], list[_Open](), 0
    while at < len(source):
        if source[at] != "<":
            until = source.find("<", at)
            until = len(source) if until < 0 else until
            text += _CHARACTER.sub(lambda found: html.unescape(found[0]), source[at:until])
            at = until
            continue
        offset_bytes = len(source[:at].encode())
        match = _TAG.match(source, at)
        if match is None or not match["close"]:
            raise wrong(f"can't parse entities: Unclosed start tag at byte offset {offset_bytes}")
        name = (match["name"] or "").lower()
        if match["end"]:
            entities += _close(stack, name, offset_bytes, utf16_length(text))
        else:
            stack.append(_open(name, match["rest"], offset_bytes, utf16_length(text)))
        at = match.end()
    if stack:
        raise wrong(f"can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1].tag}\"")
    return _trimmed(text, entities)


def _open(tag: str, rest: str, offset_bytes: int, offset: int) -> _Open:
    attributes = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(rest)}
    if tag not in ENTITY_OF_TAG:
        raise wrong(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset_bytes}')
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise wrong(f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {offset_bytes}')
    return _Open(tag, attributes, offset)


def _close(stack: list[_Open], name: str, offset_bytes: int, offset: int) -> list[Json]:
    if not stack:
        raise wrong(f"can't parse entities: Unexpected end tag at byte offset {offset_bytes}")
    opened = stack.pop()
    if name and name != opened.tag:
        raise wrong(
            f"can't parse entities: Unmatched end tag at byte offset {offset_bytes}, "
            f'expected "</{opened.tag}>", found "</{name}>"'
        )
    if offset == opened.offset:
        return []
    entity: Json = {"offset": opened.offset, "length": offset - opened.offset, "type": ENTITY_OF_TAG[opened.tag]}
    match opened.tag, opened.attributes:
        case "a", {"href": url} if url:
            entity["url"] = url
        case "a", _:
            return []
        case "tg-emoji", attributes:
            entity["custom_emoji_id"] = attributes.get("emoji-id", "")
        case "code", {"class": language} if language.startswith("language-") and stack and stack[-1].tag == "pre":
            stack[-1].attributes["language"] = language.removeprefix("language-")
            return []
        case "pre", {"language": language}:
            entity["language"] = language
        case "blockquote", {"expandable": _}:
            entity["type"] = "expandable_blockquote"
    return [entity]


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram strips the ends of a message; entities move and shrink with it."""
    shown = text.strip()
    skipped = utf16_length(text[: len(text) - len(text.lstrip())])
    length = utf16_length(shown)
    kept = []
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        start = max(entity["offset"] - skipped, 0)
        end = min(entity["offset"] + entity["length"] - skipped, length)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return shown, kept


def found_entities(text: str) -> list[Json]:
    """Links, commands, mentions and hashtags, which Telegram marks by itself in any text."""
    return [
        {"offset": utf16_length(text[: found.start()]), "length": utf16_length(found[0]), "type": kind}
        for kind, pattern in _FOUND_IN_TEXT
        for found in pattern.finditer(text)
    ]


def marked(text: str, parse_mode: str, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """The text a method was given, as it will be shown. Raises 400 for a parse mode or markup that does not parse."""
    match parse_mode.lower():
        case "html":
            shown, given = parse_html(text)
        case "":
            shown, given = _trimmed(text, entities or [])
        case _:
            # Markdown exists in Telegram; the desk never uses it, so the sandbox does not pretend to know it.
            raise wrong("unsupported parse_mode")
    busy = [(entity["offset"], entity["offset"] + entity["length"]) for entity in given]
    found = [
        entity
        for entity in found_entities(shown)
        if all(entity["offset"] >= end or entity["offset"] + entity["length"] <= start for start, end in busy)
    ]
    return shown, sorted([*given, *found], key=lambda entity: (entity["offset"], -entity["length"]))
