"""The survey page: asks with a button for each grade, thanks, takes a comment, and says kindly what did not work.

It loads nothing: its style stands in the page and is named in the policy by its hash, and so is its only script, which is
there when a link suggests a grade. Without scripts the same grade waits for one tap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from markupsafe import Markup

from chalicelib.desk.survey_settings import Quality
from chalicelib.desk.surveys import GRADES, SCORES, Invitation, Kind, is_low
from chalicelib.pages import asset, digest, render
from chalicelib.texts import text

SCRIPT = "one_tap.js"


@dataclass(frozen=True)
class Typed:
    """What is on the page besides the invitation: ``chosen`` is a grade that a link suggests or that waits for a tap,
    ``comment`` the text as it was typed, ``wrong`` says what to put right, ``kept`` that a comment was just kept. ``ratings``
    are a grade and an importance for each quality, as they were chosen. ``by_itself``: a suggested grade is sent without
    another tap, where scripts run."""

    comment: str
    chosen: int | None = None
    wrong: str = ""
    kept: bool = False
    ratings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    by_itself: bool = False


@dataclass(frozen=True)
class Words:
    """What settings say: the grades' faces and words, and the qualities that CSI asks about."""

    labels: Mapping[int, str]
    qualities: Sequence[Quality] = ()


def form(invitation: Invitation, typed: Typed, words_of: Words) -> str:
    """The question, as long as there is no answer or another one is suggested; the thank-you after it."""
    kind, language = invitation.kind, invitation.language
    words = partial(text, language=language)
    given, chosen = invitation.score, typed.chosen
    is_rating = kind is Kind.CSI
    asking = not invitation.answered_at or (not is_rating and chosen not in (None, given))
    title = words(f"page_{kind}_title" if asking else "csat_tapped")
    return render(
        "survey.html",
        language=language,
        words=words,
        style=Markup(asset("survey.css")),
        title=f"{typed.wrong} · {title}" if typed.wrong else title,
        notice="",
        wrong=typed.wrong,
        asking=asking,
        question=words(f"{kind}_question"),
        hint=words(f"page_{kind}_hint"),
        numbers=kind is Kind.NPS,
        grades=[(score, *_face_and_word(score, kind, words_of)) for score in SCORES[kind]],
        given=given,
        chosen=chosen,
        confirm=words("page_survey_confirm", grade=_label(chosen, kind, words_of))
        if chosen is not None and asking
        else "",
        script=Markup(asset(SCRIPT)) if typed.by_itself and chosen is not None and given is None else "",
        comment=typed.comment,
        comment_label=words(f"page_{kind}_comment"),
        kept=typed.kept,
        face=_face_and_word(given, kind, words_of)[0] if given is not None else "💛",
        thanks=_thanks(invitation, words_of, words),
        scale=tuple(reversed(GRADES)),
        qualities=[
            (each.id, each.name(language), *_chosen_of(each, typed, invitation)) for each in _asked(kind, words_of)
        ],
    )


def policy(page: str) -> str:
    """Content-Security-Policy of ``page``: nothing runs but our own script, nothing is loaded, the form comes back to us,
    nobody frames the page."""
    script = f"script-src '{digest(asset(SCRIPT))}'; " if "<script>" in page else ""
    return (
        f"default-src 'none'; style-src '{digest(asset('survey.css'))}'; {script}img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _asked(kind: Kind, words_of: Words) -> Sequence[Quality]:
    return words_of.qualities if kind is Kind.CSI else ()


def _label(score: int, kind: Kind, words_of: Words) -> str:
    return words_of.labels[score] if kind is Kind.CSAT else str(score)


def _face_and_word(score: int, kind: Kind, words_of: Words) -> tuple[str, str]:
    face, _, word = _label(score, kind, words_of).partition(" ")
    return (face, word) if word else ("", face)


def _thanks(invitation: Invitation, words_of: Words, words: "partial[str]") -> str:
    if invitation.kind is not Kind.CSAT:
        return words(f"{invitation.kind}_thanks", grade=invitation.score)
    key = "csat_thanks_low" if is_low(invitation) else "csat_thanks_high"
    return words(key, grade=_face_and_word(invitation.score or GRADES[0], Kind.CSAT, words_of)[1])


def _chosen_of(quality: Quality, typed: Typed, invitation: Invitation) -> tuple[str, str]:
    if quality.id in typed.ratings:
        return typed.ratings[quality.id]
    rated = next((each for each in invitation.ratings if each.quality == quality.id), None)
    return (str(rated.grade), str(rated.importance)) if rated else ("", "")
