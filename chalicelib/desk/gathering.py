"""What waits for a place and can leave in fewer calls: a group takes about twenty a minute, and a person reads fewer still.
Pure; used by ``use_cases.dispatch``.

Texts that wait right behind each other become one message, an album is sent whole, and of several updates of the card only the
last is made: it is drawn as things are when it is sent. More than a few alerts to one person become one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from chalicelib.desk import digests
from chalicelib.desk.outbound import Content, Outbound, Purpose, State, Verb
from chalicelib.desk.splitting import length

BETWEEN = "\n\n"
LONGEST_TEXT = 4096  # UTF-16 units that Telegram takes
ALBUM_SECONDS = 1.0  # the messages of an album come one by one, right after each other

ALONE = "sent_alone"  # the reason of an item that was refused together with others


def together(waiting: Sequence[Outbound]) -> list[Outbound]:
    """The first of ``waiting``, and those right behind it that could be sent with it."""
    first = waiting[0]
    if _is_free(first) and _is_text(first):
        return _fitting([first, *takewhile(lambda item: _is_free(item) and _is_text(item), waiting[1:])])
    if _is_free(first) and first.content.album and not first.brings_files:
        album = [first, *takewhile(lambda item: _is_free(item) and _is_of_album(item, first), waiting[1:])]
        return _with_one_caption(album)
    return [first]


def wait_seconds(items: Sequence[Outbound], now: datetime) -> float:
    """How long the rest of an album may still be on its way."""
    if not items[0].content.album or not items[0].content.files:
        return 0.0
    return max(ALBUM_SECONDS - (now - items[-1].created_at).total_seconds(), 0.0)


def said(items: Sequence[Outbound]) -> Content:
    """All of ``items`` in one message. It makes a sound when one of them does."""
    contents = [item.content for item in items]
    return replace(
        contents[0],
        text=BETWEEN.join(content.text for content in contents if content.text),
        files=tuple(file for content in contents for file in content.files),
        html=any(content.html for content in contents),
        silent=all(content.silent for content in contents),
    )


def is_superseded(waiting: Sequence[Outbound]) -> bool:
    """Whether the first of ``waiting`` updates a card that another one updates again. A pin between them needs its card, and
    an update that waits for a day to come is not another one."""
    if not _updates_card(waiting[0]) or not _is_free(waiting[0]):
        return False
    until_pin = takewhile(lambda item: item.content.verb not in (Verb.PIN_CARD, Verb.OPEN_TOPIC), waiting[1:])
    return any(_updates_card(item) and item.not_before is None for item in until_pin)


def alerts_as_one(waiting: Sequence[Outbound]) -> list[Outbound]:
    """The alerts of deadlines that wait first, if they are more than a few: the last as one that tells of all, the others
    superseded by it. Empty when there is nothing to make one of."""
    alerts = list(takewhile(lambda item: _is_free(item) and item.content.digest, waiting))
    digest = digests.together(item.content.digest for item in alerts if item.content.digest)
    if len(alerts) < 2 or digest.is_of_few:
        return []
    *others, last = alerts
    silent = all(item.content.silent for item in alerts)
    told = replace(last, content=Content(silent=silent, digest=digest), client_id=None, ticket_id=None)
    return [*(item.ended(State.SUPERSEDED, "superseded") for item in others), told]


def _updates_card(item: Outbound) -> bool:
    return item.content.verb is Verb.CARD


def _is_free(item: Outbound) -> bool:
    """Nobody is sending it, nothing is told of it that the others do not share."""
    return item.state is State.PENDING and item.reason != ALONE


def _is_text(item: Outbound) -> bool:
    """A client's words and nothing else: no file, no quote, no button."""
    plain = Content(text=item.content.text, silent=item.content.silent)
    return item.purpose is Purpose.RELAY and item.content == plain


def _is_of_album(item: Outbound, first: Outbound) -> bool:
    """One more file of it."""
    content = item.content
    is_next = content.album == first.content.album and bool(content.files) and not item.brings_files
    return is_next and not content.answers


def _with_one_caption(album: list[Outbound]) -> list[Outbound]:
    """As far as the album has words on one of its files at most, which are shown under all: a second caption is of the
    next call."""
    captioned = [n for n, item in enumerate(album) if item.content.text]
    return album[: captioned[1]] if len(captioned) > 1 else album


def _fitting(items: Sequence[Outbound]) -> list[Outbound]:
    units, found = -length(BETWEEN), list[Outbound]()
    for item in items:
        units += length(BETWEEN) + length(item.content.text)
        if found and units > LONGEST_TEXT:
            break
        found.append(item)
    return found
