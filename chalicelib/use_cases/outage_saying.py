"""Somebody does something in the dialogue of the emergency group, and is asked what is next. Used by ``outage_dialogue``,
``outage_answers`` and ``outage_lines``."""

from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.desk import announcers, outage_drafts
from chalicelib.desk.announcements import Kind, Refused
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_drafts import OutageDraft
from chalicelib.desk.outbound import Content, Verb
from chalicelib.desk.settings import Announcer, Settings
from chalicelib.store import outage_drafts as drafts
from chalicelib.store import outages as store
from chalicelib.store.table import commit
from chalicelib.texts import text
from chalicelib.use_cases import outage_panel
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.leaving import Leaving

RECENT = timedelta(days=90)  # what was declared earlier is not offered any more
DROPPED = "dropped"  # in place of the outage that came of a draft


@dataclass(frozen=True)
class Saying:
    """``by`` is who they are for Telegram."""

    asked: Asked
    by: Author

    @property
    def settings(self) -> Settings:
        return self.asked.settings

    @property
    def announcer(self) -> Announcer:
        """:raises Forbidden: they are none."""
        return announcers.named(self.settings.announcers, self.by)

    @property
    def author(self) -> Author:
        return announcers.author(self.announcer)

    @property
    def place(self) -> str:
        return f"{self.asked.chat}/{self.asked.thread or ''}"

    @property
    def draft(self) -> OutageDraft | None:
        """What they are about to announce here, or have just announced."""
        return drafts.of(self.author, self.place)

    def open_draft(self, draft_id: str = "") -> OutageDraft:
        """:raises Refused: there is none, it is not the one of that id, or it is done with."""
        draft = self.draft
        if draft_id and (draft is None or draft.id != draft_id):
            raise Refused("outage_draft_not_yours")
        if draft is None or draft.announced == DROPPED:
            raise Refused("outage_draft_gone")
        if draft.announced:
            raise Refused("outage_announced_already")
        return draft

    def leaving(self, content: Content) -> Leaving:
        """In the message that was tapped, or in a new one."""
        leaving = Leaving(milliseconds(self.asked.now), self.asked.now)
        if self.asked.message_id:
            content = replace(content, verb=Verb.EDIT, message_id=self.asked.message_id)
        self.asked.answered_by(leaving, content)
        return leaving

    def keep(self, draft: OutageDraft, content: Content) -> None:
        """The draft, and what is seen of it."""
        leaving = self.leaving(content)
        commit(drafts.draft_item(draft), *leaving.items(), once=self.asked.once)
        leaving.nudge()

    def ask(self, draft: OutageDraft, words: str = "outage_noted") -> str:
        """What is next; returns what whoever tapped sees."""
        recent = store.since(self.asked.now - RECENT)
        is_new = draft.kind is Kind.OUTAGE and not draft.outage_id and not draft.rehearsal
        again = outage_drafts.flapping(recent, draft.title, draft.components, self.asked.now) if is_new else None
        self.keep(draft, outage_panel.question(draft, again, self.settings, self.asked.now))
        return text(words, self.settings.desk.language)
