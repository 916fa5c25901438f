"""What a browser posts from the survey page: read, with everything that is to be put right said in words."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from chalicelib.desk.survey_settings import Quality
from chalicelib.desk.surveys import LONGEST_COMMENT, SCORES, Invitation, Kind, Rating
from chalicelib.texts import text


@dataclass(frozen=True)
class Form:
    """``scores`` and ``ratings`` are as they came; the latter a grade and an importance by quality."""

    scores: tuple[str, ...]
    comment: str | None
    ratings: dict[str, tuple[str, str]]

    def score(self, kind: Kind) -> int | None:
        return score_in(self.scores[0], kind) if len(self.scores) == 1 else None

    @property
    def rated(self) -> tuple[Rating, ...]:
        return tuple(Rating(each, int(grade), int(weight)) for each, (grade, weight) in self.ratings.items() if grade)


def read(raw: bytes, qualities: tuple[Quality, ...]) -> Form:
    fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True)
    # Browsers send line ends as CR LF, whatever was typed (HTML, "multipart/form-data and urlencoded").
    comment = fields["comment"][0].replace("\r\n", "\n") if "comment" in fields else None
    ratings = {
        each.id: (fields.get(f"grade.{each.id}", [""])[0], fields.get(f"importance.{each.id}", [""])[0])
        for each in qualities
    }
    return Form(tuple(fields.get("score", ())), comment, ratings)


def score_in(written: str, kind: Kind) -> int | None:
    """What can be answered with one tap, written as we write it."""
    return {str(score): score for score in SCORES[kind]}.get(written)


def wrong_with(form: Form, invitation: Invitation) -> str:
    """What is to be put right, in words; empty when all is well."""
    language = invitation.language
    if form.comment is not None and len(form.comment) > LONGEST_COMMENT:
        return text("page_survey_too_long", language, n=len(form.comment), most=LONGEST_COMMENT)
    if invitation.kind is Kind.CSI:
        return _wrong_ratings(form, language)
    if form.scores and form.score(invitation.kind) is None:
        return text(f"page_{invitation.kind}_wrong", language)
    if not form.scores and invitation.score is None:
        return text("page_survey_no_grade", language)
    return ""


def _wrong_ratings(form: Form, language: str) -> str:
    pairs = [pair for pair in form.ratings.values() if any(pair)]
    if not pairs:
        return text("page_csi_none", language)
    is_right = all(re.fullmatch(r"[1-5]", number, re.ASCII) for pair in pairs for number in pair)
    return "" if is_right else text("page_csi_wrong", language)
