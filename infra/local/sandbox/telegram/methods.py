"""The Bot API as a table: every method the sandbox plays, what it takes, and whether Telegram's limits count it.

`!` marks a required parameter. A method Telegram has and this table has not is answered 404, as an unknown one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from infra.local.sandbox.telegram import account, files, messages, topics
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.params import Params

Handler = Callable[[Bot, Params], Any | Awaitable[Any]]

SENDING = "disable_notification protect_content allow_paid_broadcast message_effect_id suggested_post_parameters"
PLACE = "chat_id! message_thread_id direct_messages_topic_id business_connection_id"
MARKUP = "reply_parameters reply_markup"
CAPTION = "caption parse_mode caption_entities show_caption_above_media"
CLIP = "duration width height thumbnail"
EDITED = "business_connection_id chat_id! message_id! inline_message_id reply_markup"
TOPIC = "chat_id! message_thread_id!"

INTEGERS = (
    "message_id message_thread_id direct_messages_topic_id user_id icon_color offset limit timeout max_connections "
    "cache_time duration width height length start_timestamp video_start_timestamp"
)
BOOLEANS = (
    "disable_notification protect_content allow_paid_broadcast drop_pending_updates show_alert is_big "
    "show_caption_above_media has_spoiler supports_streaming disable_content_type_detection"
)
CHATS = "chat_id from_chat_id"
FILES = "photo video animation voice audio document sticker video_note cover thumbnail certificate"
OBJECTS = "reply_markup reply_parameters link_preview_options suggested_post_parameters scope"
ARRAYS = "allowed_updates entities media caption_entities reaction commands"

PARAMETER_TYPES: dict[str, str] = {
    **dict.fromkeys(INTEGERS.split(), "Integer"),
    **dict.fromkeys(BOOLEANS.split(), "Boolean"),
    **dict.fromkeys(CHATS.split(), "Integer or String"),
    **dict.fromkeys(FILES.split(), "InputFile or String"),
    **dict.fromkeys(OBJECTS.split(), "Object"),
    **dict.fromkeys(ARRAYS.split(), "Array"),
}
"""Types of parameters, which mean the same in every method; those not named here are strings."""


@dataclass(frozen=True)
class Method:
    name: str
    handler: Handler
    parameters: str = ""
    is_counted: bool = False

    @property
    def required(self) -> frozenset[str]:
        return frozenset(word[:-1] for word in self.parameters.split() if word.endswith("!"))

    @property
    def known(self) -> frozenset[str]:
        return frozenset(word.rstrip("!") for word in self.parameters.split())


_ALL = (
    Method("getMe", account.get_me),
    Method(
        "setWebhook",
        account.set_webhook,
        "url! certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    ),
    Method("getWebhookInfo", account.get_webhook_info),
    Method("deleteWebhook", account.delete_webhook, "drop_pending_updates"),
    Method("getUpdates", account.get_updates, "offset limit timeout allowed_updates"),
    Method("getChat", account.get_chat, "chat_id!"),
    Method("getChatMember", account.get_chat_member, "chat_id! user_id!"),
    Method("setMyCommands", account.set_my_commands, "commands! scope language_code"),
    Method("answerCallbackQuery", account.answer_callback_query, "callback_query_id! text show_alert url cache_time"),
    Method(
        "sendMessage",
        messages.send_message,
        f"{PLACE} text! parse_mode entities link_preview_options {SENDING} {MARKUP}",
        is_counted=True,
    ),
    *(
        Method(name, files.sending(kind), f"{PLACE} {kind}! {own} {SENDING} {MARKUP}", is_counted=True)
        for name, kind, own in (
            ("sendPhoto", "photo", f"{CAPTION} has_spoiler"),
            ("sendVideo", "video", f"{CAPTION} {CLIP} cover start_timestamp has_spoiler supports_streaming"),
            ("sendAnimation", "animation", f"{CAPTION} {CLIP} has_spoiler"),
            ("sendVoice", "voice", f"{CAPTION} duration"),
            ("sendAudio", "audio", f"{CAPTION} duration performer title thumbnail"),
            ("sendDocument", "document", f"{CAPTION} thumbnail disable_content_type_detection"),
            ("sendSticker", "sticker", "emoji"),
            ("sendVideoNote", "video_note", "duration length thumbnail"),
        )
    ),
    Method("sendMediaGroup", files.send_media_group, f"{PLACE} media! {SENDING} reply_parameters", is_counted=True),
    Method("getFile", files.get_file, "file_id!"),
    Method(
        "copyMessage",
        messages.copy_message,
        f"{PLACE} from_chat_id! message_id! video_start_timestamp {CAPTION} {SENDING} {MARKUP}",
        is_counted=True,
    ),
    Method(
        "forwardMessage",
        messages.forward_message,
        f"{PLACE} from_chat_id! message_id! video_start_timestamp {SENDING}",
        is_counted=True,
    ),
    Method(
        "editMessageText",
        messages.edit_message_text,
        f"{EDITED} text! parse_mode entities link_preview_options",
        is_counted=True,
    ),
    Method("editMessageCaption", messages.edit_message_caption, f"{EDITED} {CAPTION}", is_counted=True),
    Method("editMessageReplyMarkup", messages.edit_message_reply_markup, EDITED, is_counted=True),
    Method("deleteMessage", messages.delete_message, "chat_id! message_id!"),
    Method(
        "pinChatMessage",
        messages.pin_chat_message,
        "business_connection_id chat_id! message_id! disable_notification",
        is_counted=True,
    ),
    Method("unpinChatMessage", messages.unpin_chat_message, "business_connection_id chat_id! message_id"),
    Method("setMessageReaction", messages.set_message_reaction, "chat_id! message_id! reaction is_big"),
    Method(
        "createForumTopic",
        topics.create_forum_topic,
        "chat_id! name! icon_color icon_custom_emoji_id",
        is_counted=True,
    ),
    Method("editForumTopic", topics.edit_forum_topic, f"{TOPIC} name icon_custom_emoji_id", is_counted=True),
    Method("closeForumTopic", topics.close_forum_topic, TOPIC, is_counted=True),
    Method("reopenForumTopic", topics.reopen_forum_topic, TOPIC, is_counted=True),
    Method("deleteForumTopic", topics.delete_forum_topic, TOPIC),
)

METHODS = {method.name.lower(): method for method in _ALL}
"""By name in lower case: Telegram does not mind the case of a method."""
