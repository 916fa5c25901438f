"""Reply markup: what Telegram lets a message carry. Called by the methods that send and edit."""

from typing import Any
from urllib.parse import urlsplit

from infra.local.sandbox.state import Json
from infra.local.sandbox.telegram.errors import wrong
from infra.local.sandbox.telegram.params import Params

CALLBACK_DATA_LIMIT_BYTES = 64
BUTTONS_LIMIT = 100
BUTTON_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def reply_markup(params: Params, *, inline_only: bool = False) -> Json | None:
    """The markup of a call, checked; None when it has none. Raises 400 in Telegram's words."""
    markup = params.json_object("reply_markup", "reply markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        if inline_only or not any(kind in markup for kind in OTHER_MARKUPS):
            raise wrong("inline keyboard expected")
        return markup
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise wrong('field "inline_keyboard" must be of type Array')
    if any(not isinstance(row, list) for row in rows):
        raise wrong('field "inline_keyboard" must be an Array of Arrays')
    buttons = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, buttons)) > BUTTONS_LIMIT:
        raise wrong("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": buttons} if buttons else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise wrong("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise wrong("can't parse inline keyboard button: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise wrong('can\'t parse inline keyboard button: Field "text" must be of type String')
    kinds = [kind for kind in BUTTON_KINDS if kind in button]
    if not kinds:
        raise wrong("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise wrong("inline keyboard button text must be non-empty")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str):
            raise wrong('can\'t parse inline keyboard button: Field "callback_data" must be of type String')
        if not 0 < len(data.encode()) <= CALLBACK_DATA_LIMIT_BYTES:
            raise wrong("BUTTON_DATA_INVALID")
    if "url" in button and urlsplit(str(button["url"])).scheme not in ("http", "https", "tg"):
        raise wrong(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")
    return button
