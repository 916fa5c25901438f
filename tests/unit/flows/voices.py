"""A client who is asked how it went, in one process: for tests of surveys, comments and call-backs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.desk.surveys import Invitation, Kind
from chalicelib.store import settings, voice
from chalicelib.store.settings import Document
from tests.unit.flows.conftest import SUPPORT, World

PAVEL = 600_002


@dataclass
class Asked:
    """``messages`` counts what the client has written."""

    world: World
    user: int = PAVEL
    messages: int = 0

    def writes(self, text: str) -> str:
        """What the webhook answered."""
        self.messages += 1
        answer = self.world.receive(self.world.private(self.user, self.messages, text))
        self.world.deliver()
        return answer.body.decode()

    def is_answered(self, text: str = "Fixed", staff: int = SUPPORT) -> None:
        thread = self.world.thread(self.user)
        self.world.receive(self.world.in_topic(staff, thread, 9_000 + next(self.world.updates), text))
        self.world.deliver()

    def is_closed(self) -> None:
        self.staff_taps(f"close:{self.world.ticket(self.user).id}")

    def staff_taps(self, data: str, staff: int = SUPPORT) -> str:
        self.world.now += timedelta(seconds=1)
        answer = self.world.receive(self.world.tap(staff, self.world.group, "3", data))
        self.world.deliver()
        return answer.body.decode()

    def taps(self, data: str, user: int | None = None) -> str:
        """The words shown to who taps."""
        who = user or self.user
        answer = self.world.receive(self.world.tap(who, who, "3", data))
        self.world.deliver()
        return answer.body.decode()

    @property
    def invitations(self) -> list[Invitation]:
        """All that were sent, the earliest first."""
        return list(voice.invitations(Kind.CSAT, self.world.now - timedelta(days=60), self.world.now))

    @property
    def invitation(self) -> Invitation:
        return self.invitations[-1]

    def grades(self, score: int) -> str:
        return self.taps(f"csat:{self.invitation.id}:{score}")

    @property
    def questions(self) -> int:
        """How often they were asked, as their chat shows it."""
        return sum("How was it this time?" in text for text in self.told)

    @property
    def told(self) -> list[str]:
        return self.world.texts_to(self.user)

    def topic(self) -> list[str]:
        thread = self.world.thread(self.user)
        calls = self.world.calls("sendMessage")
        return [call["text"] for call in calls if str(call.get("message_thread_id")) == thread]


def with_surveys(**document: Any) -> None:
    """The settings document ``surveys``."""
    version = settings.documents()["surveys"].version + 1 if "surveys" in settings.documents() else 1
    settings.replace_document(Document("surveys", document, version))
