// Telegram's messages, which the sandbox tells in Telegram's own form, in the shape that all chats have here:
// see infra/local/sandbox/chats.py. Beyond it: who wrote (`from`), and the words of service messages.

const FILES = {
  photo: "Photo", animation: "Animation", video: "Video", video_note: "Video", voice: "Voice message",
  audio: "Audio", document: "Document", sticker: "Sticker",
};

const nameOf = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");
const authorOf = (message) => (message.sender_chat ? { id: message.sender_chat.id, name: message.sender_chat.title } : { id: message.from.id, name: nameOf(message.from) });

/** `nameById` tells who reacted. */
export function fromTelegram(message, nameById) {
  const { location, venue, contact } = message;
  return {
    id: message.message_id,
    order: message.message_id,
    at: message.date,
    from: authorOf(message),
    isBot: message.from?.is_bot ?? true,
    topic: message.is_topic_message ? message.message_thread_id : null,
    service: message.is_service ? serviceWords(message) : null,
    text: message.text ?? message.caption ?? "",
    entities: message.entities ?? message.caption_entities ?? [],
    files: filesOf(message),
    sign: message.sticker?.emoji ?? null,
    location: venue ? { ...venue.location, name: venue.title } : location ? { ...location, name: null } : null,
    contact: contact ? { name: nameOf(contact), phone: `+${contact.phone_number}` } : null,
    buttons: (message.reply_markup?.inline_keyboard ?? []).map((row) => row.map((button) => ({ text: button.text, data: button.callback_data, url: button.url ?? null }))),
    menu: null,
    reply_to: message.reply_to_message_id ?? null,
    forwarded: message.forward_origin ? (message.forward_origin.sender_user?.first_name ?? "somebody") : null,
    is_edited: Boolean(message.edit_date),
    is_removed: false,
    reactions: message.reactions.map(({ emoji, from_id: id }) => ({ emoji, from: { id, name: nameById(id) } })),
    tick: null,
    trouble: null,
  };
}

/** An animation carries a document too: the first kind is what it is. */
function filesOf(message) {
  const kind = Object.keys(FILES).find((one) => one in message);
  if (!kind) return [];
  const file = kind === "photo" ? message.photo.at(-1) : message[kind];
  return [{
    kind: kind === "video_note" ? "video" : kind,
    name: file.file_name ?? null,
    mime: file.mime_type ?? null,
    size_bytes: file.file_size ?? null,
    url: message.file_url ?? null,
  }];
}

function serviceWords(message) {
  const who = authorOf(message).name;
  if (message.forum_topic_created) return `${who} opened the topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_edited) return message.forum_topic_edited.name ? `${who} renamed the topic to “${message.forum_topic_edited.name}”` : `${who} changed the topic’s icon`;
  if (message.forum_topic_closed) return `${who} closed the topic`;
  if (message.forum_topic_reopened) return `${who} reopened the topic`;
  if (message.pinned_message) {
    const words = message.pinned_message.text ?? message.pinned_message.caption ?? "a message";
    return `${who} pinned “${words.length > 40 ? `${words.slice(0, 40).trim()}…` : words}”`;
  }
  return "Service message";
}
