"""GET/POST /survey/{token}: the survey page. Opening it, as mail scanners and previews do, records nothing; only a POST
does. A browser without scripts needs nothing else."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from chalice import Blueprint, Response

from chalicelib.desk.surveys import LONGEST_COMMENT, Expired, Invitation
from chalicelib.handlers import http
from chalicelib.store.table import NotFound
from chalicelib.texts import text
from chalicelib.use_cases import invitations, settings, surveys

if TYPE_CHECKING:
    from chalicelib.pages.survey import Typed

bp = Blueprint(__name__)
log = logging.getLogger(__name__)

FORM = "application/x-www-form-urlencoded"

View = Callable[[str, datetime], Response]


def _page(view: View) -> Callable[[str], Response]:
    """Whatever goes wrong is said on a page of its own, in the reader's language."""

    @wraps(view)
    def shown(token: str) -> Response:
        try:
            return view(token, datetime.now(UTC))
        except NotFound:
            return _notice("unknown", 404)
        except Exception:
            log.exception("survey__failed")
            return _notice("failed", 500)

    return shown


@bp.route("/survey/{token}", methods=["GET", "HEAD"], name="survey.show", content_types=http.ANY_TYPE)
@_page
def show(token: str, now: datetime) -> Response:
    from chalicelib.pages.survey import Typed

    invitation = invitations.invitation_of(token)
    query = bp.current_request.query_params
    suggested = _grade(query.get("score", "")) if query else None
    return _form(invitation, Typed(invitation.comment, suggested), 200, now)


@bp.route("/survey/{token}", methods=["POST"], name="survey.answer", content_types=http.ANY_TYPE)
@_page
def answer(token: str, now: datetime) -> Response:
    from chalicelib.pages.survey import Typed

    invitation = invitations.invitation_of(token)
    raw = http.raw_body(bp.current_request)
    if len(raw) > http.LARGEST_BODY_BYTES:
        return _notice("large", 413, invitation.language)
    fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True)
    scores = fields.get("score", [])
    # Browsers send line ends as CR LF, whatever was typed (HTML, "multipart/form-data and urlencoded").
    comment = fields["comment"][0].replace("\r\n", "\n") if "comment" in fields else None
    score = _grade(scores[0]) if len(scores) == 1 else None
    wrong = _wrong(invitation, scores, score, comment)
    if wrong:
        return _form(invitation, Typed(comment or "", score, wrong), 400, now)
    try:
        answered = _recorded(invitation, score, comment, now)
    except Expired:
        return _notice("over", 410, invitation.language)
    kept = bool(comment) and comment != invitation.comment
    return _form(answered, Typed(answered.comment, kept=kept), 200, now)


def _grade(written: str) -> int | None:
    return int(written) if re.fullmatch(r"[1-5]", written, re.ASCII) else None


def _wrong(invitation: Invitation, scores: list[str], score: int | None, comment: str | None) -> str:
    """What is to be put right, in words; empty when all is well."""
    if scores and score is None:
        return text("page_survey_wrong_grade", invitation.language)
    if score is None and invitation.score is None:
        return text("page_survey_no_grade", invitation.language)
    if comment is not None and len(comment) > LONGEST_COMMENT:
        return text("page_survey_too_long", invitation.language, n=len(comment), most=LONGEST_COMMENT)
    return ""


def _recorded(invitation: Invitation, score: int | None, comment: str | None, now: datetime) -> Invitation:
    """The answer as it is then. The same answer sent again, as a reload of the page does, changes nothing.

    Raises Expired."""
    in_use = settings.current()
    new_comment = comment if comment is not None and comment != invitation.comment else None
    if score is not None and score != invitation.score:
        return surveys.grade(invitation.id, score, in_use, now, new_comment)
    if new_comment is not None:
        return surveys.comment(invitation.id, new_comment, in_use, now)
    return invitation


def _form(invitation: Invitation, typed: "Typed", status: int, now: datetime) -> Response:
    from chalicelib.pages import survey

    if now >= invitation.expires_at:
        return _notice("over", 410, invitation.language)
    return _html(survey.form(invitation, typed), status)


def _notice(key: str, status: int, language: str | None = None) -> Response:
    from chalicelib.pages.notice import notice

    return _html(notice(f"survey_{key}", language or http.preferred_language(bp.current_request)), status)


def _html(page: str, status: int) -> Response:
    from chalicelib.pages import survey

    return http.html("" if bp.current_request.method == "HEAD" else page, status, survey.policy())
