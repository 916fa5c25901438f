"""What every messenger's adapter offers, and the few ways in which a send can end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Protocol

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content


@dataclass(frozen=True)
class Place:
    """Where to send: a chat and, in the team's group, a topic."""

    account: str
    chat: str
    thread: str | None = None


@dataclass(frozen=True)
class Sent:
    """The messenger took it. ``provider_id`` is its id of the message (of the topic, when one was opened)."""

    provider_id: str | None


@dataclass(frozen=True)
class RetryLater:
    """Nothing wrong with the message. ``limited`` waits for the messenger's limit and is no failed attempt; ``of_chat`` says
    that it is the limit of this person alone."""

    after: timedelta | None
    reason: str
    limited: bool = False
    of_chat: bool = False


@dataclass(frozen=True)
class Refused:
    """It will never be taken. ``reason`` is a key of the texts; ``unreachable`` says that the person shut us out."""

    reason: str
    unreachable: bool = False
    detail: str = ""  # the messenger's own words, for the log


@dataclass(frozen=True)
class Readdress:
    """The chat has another id now; send again there."""

    chat: str


@dataclass(frozen=True)
class TopicGone:
    """Somebody deleted the topic: it has to be opened anew."""


@dataclass(frozen=True)
class Uncertain:
    """The connection broke or timed out after sending: nobody can tell whether it was taken."""


Outcome = Sent | RetryLater | Refused | Readdress | TopicGone | Uncertain


@dataclass(frozen=True)
class Fetched:
    """A file as it came, written to where it was wanted. ``mime`` is what the messenger calls it, if it does."""

    size_bytes: int
    mime: str | None = None


@dataclass(frozen=True)
class Upload:
    """A file on its way to a messenger that does not have it yet: fetched by the messenger at ``address`` (HTTPS, open to
    whoever has it, for an hour), or read by us and given along, whichever the messenger wants."""

    kind: Kind
    name: str
    mime: str
    size_bytes: int
    address: str
    read: Callable[[], bytes]


class NotUnderstood(Exception):  # noqa: N818
    """The update has no shape we know; it is kept raw. ``key`` is the update's own id if it could be read; ``understood``
    is what its other parts tell, where one request may hold several things."""

    def __init__(self, why: str, key: str, understood: tuple[Incoming, ...] = ()) -> None:
        super().__init__(why)
        self.key = key
        self.understood = understood


class Adapter(Protocol):
    """``most_buttons``: under one message; a survey that has more answers is a link. ``longest_text`` counts
    as the messenger counts. ``success`` is the body that the messenger wants to hear with 200. ``tells_delivery``:
    whether statuses of our messages come later. ``edits``: whether what was sent can be changed.
    ``answers_taps_by_call``: a tap ends with ``Verb.ANSWER_TAP``; elsewhere ``tap_answer`` ends it, or nobody waits.
    ``window``: how long after the client's last message we may still answer; None: for ever. ``quotes``: whether a
    message of ours can show which one it answers. ``files``: what can be sent, by kind; what is not there cannot.
    ``most_fetched_bytes``: of a file that ``fetch`` can get. ``short_lived_files``: they have to be fetched at once, since
    the address that comes with a message does not last."""

    most_buttons: int
    longest_text: int
    success: bytes
    tells_delivery: bool
    edits: bool
    answers_taps_by_call: bool
    window: timedelta | None
    quotes: bool
    files: Mapping[Kind, FileRule]
    most_fetched_bytes: int
    short_lived_files: bool

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """The answer by which we prove that the address is ours, or None when the request is no handshake."""
        ...

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """Whether the request comes from the messenger: over the raw bytes, in constant time, before anything is parsed."""
        ...

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        """What the request tells. Raises NotUnderstood."""
        ...

    def send(
        self, content: Content, place: Place, secret: Callable[[str], str], uploads: Sequence[Upload] = ()
    ) -> Outcome:
        """One HTTPS call, or a few where a file has to be handed over first; never raises for anything the messenger or the
        network does. ``uploads`` are the files of ``content`` when they are kept by another messenger; the messenger's own
        are sent by their ids."""
        ...

    def fetch(
        self, attachment: Attachment, into: BinaryIO, most_bytes: int, secret: Callable[[str], str]
    ) -> Fetched | RetryLater | Refused:
        """Write the file that somebody sent us into ``into``. Refused: ``file_too_large``, ``file_gone``, ``file_elsewhere``
        (to be seen at the messenger's own page, whose address is ``detail``) or what the messenger says. Never raises for
        anything the messenger or the network does."""
        ...

    def message_key(self, chat: str, message_id: str) -> str:
        """The ``external_id`` of a message by the id that the chat has for it."""
        ...

    def message_id(self, external_id: str) -> str:
        """The id that the chat has for a client's message: the other way round."""
        ...

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        """What the person is called, when ``known`` only stands in for a name: some updates carry none. A call that gives up
        soon; None when ``known`` is a name already, or the messenger does not say."""
        ...

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """The webhook's answer that ends the wait of a tapped button and shows ``text`` to who tapped; ``success`` where
        the messenger wants a call for that, or nothing."""
        ...
