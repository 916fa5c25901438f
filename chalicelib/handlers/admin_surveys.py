"""/admin/surveys: what clients answered, and what it comes to."""

from datetime import datetime, timedelta
from operator import gt, lt
from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.desk.fields import Fields, choice, described, one_of
from chalicelib.desk.intervals import Interval
from chalicelib.desk.survey_results import QualityResult
from chalicelib.desk.surveys import Kind
from chalicelib.desk.zones import zone
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.handlers import http, periods
from chalicelib.handlers.admin_tickets import PAGE_SIZE, PAGING
from chalicelib.store.table import timestamp
from chalicelib.texts import LANGUAGES
from chalicelib.use_cases import settings, survey_report
from chalicelib.use_cases.lists import page

bp = Blueprint(__name__)

USUAL_PERIOD = timedelta(days=30)
KIND: Fields = {"kind": described(choice(Kind), "csat if not given.")}
ORDER: Fields = {
    "order": described(one_of("earliest", "latest"), "Which answer comes first; the earliest if not given.")
}


class Surveys(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Both ends are included. The numbers are of the whole period, whatever page is shown. ``index`` of CSAT is the share of
    grades 4 and 5 in percent, of NPS the share of 9 and 10 less that of 0 to 6, of CSI the grades of all qualities weighted by
    importance; ``arithmetic`` shows it, and ``interval`` holds the true value 95 times of 100, which ``words`` say in each
    language. ``invited`` were asked in the period; ``response_rate`` is the share of them, in percent, who have answered."""

    kind: Kind
    since: datetime
    until: datetime
    count: int
    distribution: dict[str, int]
    average: float | None
    index: float | None
    interval: Interval | None
    arithmetic: str
    words: dict[str, str]
    qualities: list[QualityResult]
    invited: int
    response_rate: float | None
    items: list[shapes.SurveyAnswer]
    next: str | None


@http.admin(
    bp,
    "GET /admin/surveys",
    scope="read",
    query={**KIND, **periods.fields(USUAL_PERIOD), **ORDER, **PAGING},
    answer=Surveys,
)
def surveys(call: http.Call) -> Any:
    """Answers of a period, with their distribution, index and response rate."""
    since, until = periods.asked_for(call, USUAL_PERIOD)
    kind = call.query.get("kind", Kind.CSAT)
    report = survey_report.report(kind, since, until)
    rows = {f"{timestamp(answer.answered_at or since)}#{answer.id}": answer for answer in report.answers}
    order = call.query.get("order", "earliest")
    is_beyond = gt if order == "earliest" else lt
    places = sorted(rows, reverse=order == "latest")
    found = page(
        {f"{kind}#{order}": lambda after: ((at, rows[at]) for at in places if not after or is_beyond(at, after))},
        call.query.get("limit", PAGE_SIZE),
        call.query.get("next"),
    )
    shown, come_to = shapes.page(found, shapes.survey_answer), report.results
    return Surveys(
        kind,
        since,
        until,
        come_to.count,
        come_to.distribution,
        come_to.average,
        come_to.index,
        come_to.interval,
        come_to.arithmetic,
        {language: survey_report.in_words(come_to, language) for language in LANGUAGES},
        list(come_to.qualities),
        report.invited,
        report.response_rate,
        shown.items,
        shown.next,
    )


@http.admin(
    bp,
    "GET /admin/surveys/export",
    scope="read",
    query={**KIND, **periods.fields(USUAL_PERIOD)},
    files=(http.CSV,),
)
def export(call: http.Call) -> Any:
    """The answers of a period as CSV, in which no cell is a formula."""
    kind = call.query.get("kind", Kind.CSAT)
    report = survey_report.report(kind, *periods.asked_for(call, USUAL_PERIOD))
    disposition = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    desk = settings.current().desk
    content = survey_report.as_csv(report.answers, desk.language, zone(desk.timezone))
    return http.Answer(content, headers=disposition, media=http.CSV)
