"""Telegram's side: the Bot API over HTTP (endpoint, methods) and what people do in its chats (people)."""
