"""Viber's side of the sandbox: the bot's API, the people who write to it, the callbacks they cause. Used by server.py."""
