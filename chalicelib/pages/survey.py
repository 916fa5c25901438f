"""The survey page: asks with five buttons, thanks, takes a comment, and says kindly what did not work.

It needs no script and loads nothing: its only style stands in the page and is named in the policy by its hash.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache, partial

from markupsafe import Markup

from chalicelib.desk.surveys import GRADES, LOW_GRADE, Invitation
from chalicelib.pages import asset, render
from chalicelib.texts import text


@dataclass(frozen=True)
class Typed:
    """What is on the page besides the invitation: ``chosen`` is a grade that a link suggests or that waits for a tap,
    ``comment`` the text as it was typed, ``wrong`` says what to put right, ``kept`` that a comment was just kept."""

    comment: str
    chosen: int | None = None
    wrong: str = ""
    kept: bool = False


def form(invitation: Invitation, typed: Typed) -> str:
    """The question, as long as there is no grade or another one is suggested; the thank-you after it."""
    words = partial(text, language=invitation.language)
    given, chosen = invitation.score, typed.chosen
    asking = given is None or chosen not in (None, given)
    thanks = "csat_thanks_low" if given and given <= LOW_GRADE else "csat_thanks_high"
    labels = {score: words(f"csat_{score}").partition(" ") for score in GRADES}
    face, _, word = labels[given or GRADES[0]]
    title = words("page_survey_title" if asking else "csat_tapped")
    return render(
        "survey.html",
        language=invitation.language,
        words=words,
        style=Markup(asset("survey.css")),
        title=f"{typed.wrong} · {title}" if typed.wrong else title,
        notice="",
        wrong=typed.wrong,
        asking=asking,
        grades=[(score, face, word) for score, (face, _, word) in labels.items()],
        given=given,
        chosen=chosen,
        confirm=words("page_survey_confirm", grade=words(f"csat_{chosen}")) if chosen and asking else "",
        comment=typed.comment,
        kept=typed.kept,
        face=face,
        thanks=words(thanks, grade=word),
    )


@cache
def policy() -> str:
    """Content-Security-Policy: nothing runs, nothing is loaded, the form comes back to us, nobody frames the page."""
    style = base64.b64encode(hashlib.sha256(asset("survey.css").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
