"""Somebody of the team asks the desk for something, by a command or by a button: who, where, and how they are answered."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import IncomingMessage, IncomingTap
from chalicelib.desk.outbound import Content, Purpose, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.store import messages
from chalicelib.store.table import Item, commit
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving


@dataclass(frozen=True)
class Asked:
    """``words`` are what stands after the command, or in the button. ``member`` is None for somebody of the group whom the
    settings do not name. ``client_id`` is whose topic it was asked in, ``thread`` any other topic. ``key`` tells this one
    from all others; ``once`` is written with what is done, so that the same command or tap that comes again does nothing."""

    words: str
    member: Member | None
    chat: str
    key: str
    settings: Settings
    now: datetime
    thread: str | None = None
    client_id: str | None = None
    message_id: str | None = None  # of ours, whose button was tapped
    at: datetime | None = None  # when the command was written

    @property
    def once(self) -> Item:
        return messages.seen_item(self.key, self.now)

    def answered_by(self, leaving: Leaving, content: Content) -> None:
        """Say it where it was asked, in silence: only who asked waits for it."""
        content = replace(content, silent=True)
        if self.client_id:
            leaving.to_topic(self.client_id, Purpose.NOTICE, content)
        else:
            there = to_chat("telegram", self.settings.desk.account, self.chat)
            leaving.add(there, Purpose.NOTICE, replace(content, thread=self.thread))

    def answer(self, content: Content) -> None:
        """Nothing changes but that it is said. Raises Exists when it was said before."""
        leaving = Leaving(milliseconds(self.now), self.now, self.client_id)
        self.answered_by(leaving, content)
        commit(*leaving.items(), once=self.once)
        leaving.nudge()

    def refuse(self, key: str, **fields: Any) -> str:
        """A command is answered where it was written, a tap by its own words alone."""
        words = text(key, self.settings.desk.language, **fields)
        if self.message_id is None:
            self.answer(Content(text=words))
        return words


def by_command(message: IncomingMessage, words: str, client_id: str | None, settings: Settings, now: datetime) -> Asked:
    return Asked(
        words,
        settings.team.by_telegram(message.sender.user),
        message.chat,
        message.external_id,
        settings,
        now,
        thread=message.thread,
        client_id=client_id,
        at=message.at,
    )


def by_tap(tap: IncomingTap, words: str, settings: Settings, now: datetime) -> Asked:
    return Asked(
        words,
        settings.team.by_telegram(tap.sender.user),
        tap.chat,
        f"tap/{tap.account}/{tap.key}",
        settings,
        now,
        thread=tap.thread,
        message_id=tap.message_id,
    )
