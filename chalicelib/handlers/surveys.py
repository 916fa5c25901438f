"""GET/POST /survey/{token}: the survey page. Opening it, as mail scanners and previews do, records nothing; only a POST
does. A browser without scripts needs nothing else."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING

from chalice import Blueprint, Response

from chalicelib.desk.surveys import Expired, Invitation, Kind
from chalicelib.handlers import http, survey_forms
from chalicelib.handlers.survey_forms import Form
from chalicelib.store.table import NotFound
from chalicelib.use_cases import invitations, settings, survey_questions, surveys

if TYPE_CHECKING:
    from chalicelib.pages.survey import Typed, Words

bp = Blueprint(__name__)
log = logging.getLogger(__name__)

FORM = "application/x-www-form-urlencoded"

View = Callable[[str, datetime], Response]

# Who fetches a page to show what it is about, or to look for harm in it. Some of them run scripts: they are given none.
_PREVIEWS = re.compile(
    r"bot\b|bot/|crawler|spider|preview|facebookexternalhit|whatsapp|vkshare|viber|skypeuri|slurp|embedly|safelinks",
    re.IGNORECASE,
)


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
    suggested = survey_forms.score_in(query.get("score", ""), invitation.kind) if query else None
    typed = Typed(invitation.comment, suggested, by_itself=not _is_preview(bp.current_request.headers))
    return _form(invitation, typed, 200, now)


@bp.route("/survey/{token}", methods=["POST"], name="survey.answer", content_types=http.ANY_TYPE)
@_page
def answer(token: str, now: datetime) -> Response:
    from chalicelib.pages.survey import Typed

    invitation = invitations.invitation_of(token)
    raw = http.raw_body(bp.current_request)
    if len(raw) > http.LARGEST_BODY_BYTES:
        return _notice("large", 413, invitation.language)
    form = survey_forms.read(raw, settings.current().surveys.csi.qualities)
    if wrong := survey_forms.wrong_with(form, invitation):
        typed = Typed(form.comment or "", form.score(invitation.kind), wrong, ratings=form.ratings)
        return _form(invitation, typed, 400, now)
    try:
        answered = _recorded(invitation, form, now)
    except Expired:
        return _notice("over", 410, invitation.language)
    kept = bool(form.comment) and form.comment != invitation.comment
    return _form(answered, Typed(answered.comment, kept=kept), 200, now)


def _is_preview(headers: Mapping[str, str]) -> bool:
    """https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose, and its older names."""
    fetched_ahead = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    return bool(
        re.search("prefetch|preview|prerender", fetched_ahead) or _PREVIEWS.search(headers.get("user-agent", ""))
    )


def _recorded(invitation: Invitation, form: Form, now: datetime) -> Invitation:
    """The answer as it is then. The same answer sent again, as a reload of the page does, changes nothing.

    Raises Expired."""
    in_use, score = settings.current(), form.score(invitation.kind)
    if invitation.kind is Kind.CSI:
        return surveys.rate(invitation.id, form.rated, form.comment, in_use, now)
    if score is not None:
        return surveys.grade(invitation.id, score, in_use, now, form.comment)
    if form.comment is not None:
        return surveys.comment(invitation.id, form.comment, in_use, now)
    return invitation


def _form(invitation: Invitation, typed: "Typed", status: int, now: datetime) -> Response:
    from chalicelib.pages import survey

    is_empty = invitation.kind is Kind.CSI and not settings.current().surveys.csi.qualities
    if now >= invitation.expires_at or is_empty:
        return _notice("over", 410, invitation.language)
    return _html(survey.form(invitation, typed, _words(invitation)), status)


def _words(invitation: Invitation) -> "Words":
    from chalicelib.pages.survey import Words

    in_use = settings.current()
    return Words(survey_questions.labels(invitation.language, in_use), in_use.surveys.csi.qualities)


def _notice(key: str, status: int, language: str | None = None) -> Response:
    from chalicelib.pages.notice import notice

    reads = language or http.preferred_language(bp.current_request)
    return _html(notice(f"survey_{key}", reads, survey_questions.ways_to_write(reads, settings.current())), status)


def _html(page: str, status: int) -> Response:
    from chalicelib.pages import survey

    return http.html("" if bp.current_request.method == "HEAD" else page, status, survey.policy(page))
