"""What a client is asked and thanked with in the chat: buttons where the messenger has enough of them, a link where not."""

from chalicelib.desk import templates
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.personal_links import chat_url
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import SCORES, Invitation, Kind, is_low
from chalicelib.messengers import ADAPTERS
from chalicelib.texts import text
from chalicelib.use_cases.leaving import tap

IN_A_ROW = 6  # of the numbers from 0 to 10; worded grades have a row each


def question(invitation: Invitation, link: str, settings: Settings, *, by_template: bool = False) -> Content | None:
    """None when the messenger takes only approved templates now, and the settings name none for this."""
    language, kind, sent_as = invitation.language, invitation.kind, invitation.sent_as
    if by_template:
        return _in_template(invitation, link, settings)
    if buttons := _grades(invitation, settings):
        return Content(text=text(f"{kind}_question", language), buttons=buttons, sent_as=sent_as)
    return Content(text=text(f"{kind}_question_link", language, url=link), sent_as=sent_as)


def again(invitation: Invitation, settings: Settings, asked_by: str | None) -> Content:
    """The client wants to change the grade: the buttons, in place of the thank-you where the messenger can."""
    words = text("csat_again" if invitation.kind is Kind.CSAT else f"{invitation.kind}_question", invitation.language)
    return _in_place(invitation, words, _grades(invitation, settings), asked_by)


def thanks(invitation: Invitation, settings: Settings, asked_by: str | None) -> Content:
    """The buttons become a thank-you, with ways to add words and to change the grade."""
    rows = _ways_on(invitation)
    if invitation.kind is Kind.NPS:  # whose thank-you asks for words
        rows = (*rows, (new_question(invitation),))
    return _in_place(invitation, thank_you(invitation, settings), rows, asked_by)


def _ways_on(invitation: Invitation) -> tuple[tuple[Button, ...], ...]:
    comment = tap(text("button_survey_comment", invitation.language), "survey_comment", invitation.id)
    change = tap(text("button_survey_change", invitation.language), "survey_change", invitation.id)
    return (comment,), (change,)


def still_there(invitation: Invitation) -> tuple[tuple[Button, ...], ...]:
    """The buttons of the thank-you once more, for a later message that may take their place (as Viber's do)."""
    return () if ADAPTERS[invitation.identity.messenger].edits else _ways_on(invitation)


def new_question(invitation: Invitation) -> Button:
    """The way out, where the next text would be a comment."""
    return tap(text("button_survey_question", invitation.language), "survey_question", invitation.id)


def thank_you(invitation: Invitation, settings: Settings) -> str:
    language = invitation.language
    if invitation.kind is not Kind.CSAT:
        return text(f"{invitation.kind}_thanks", language, grade=invitation.score)
    key = "csat_thanks_low" if is_low(invitation) else "csat_thanks_high"
    return text(key, language, grade=label(invitation.score or 0, language, settings))


def label(score: int, language: str, settings: Settings) -> str:
    """A grade's face and its word: the team's own, if the settings have one."""
    usual = text(f"csat_{score}", language)
    own = settings.surveys.word(score, language)
    return f"{usual.partition(' ')[0]} {own}" if own else usual


def labels(language: str, settings: Settings) -> dict[int, str]:
    return {score: label(score, language, settings) for score in SCORES[Kind.CSAT]}


def ways_to_write(language: str, settings: Settings) -> list[tuple[str, str]]:
    """Our chats, for somebody whose link leads no further: what each messenger is called, and where it is."""
    found = settings.desk.addresses.items()
    return [(text(f"messenger_{messenger}", language), chat_url(messenger, address)) for messenger, address in found]


def graded(invitation: Invitation, settings: Settings, language: str) -> str:
    """The answer in a few words, for the team."""
    if invitation.kind is Kind.CSAT:
        return label(invitation.score or 0, language, settings)
    return text(f"{invitation.kind}_graded", language, score=invitation.score)


def _grades(invitation: Invitation, settings: Settings) -> tuple[tuple[Button, ...], ...]:
    kind, scores = invitation.kind, SCORES[invitation.kind]
    if len(scores) > ADAPTERS[invitation.identity.messenger].most_buttons:
        return ()
    if kind is Kind.CSAT:
        return tuple((tap(label(each, invitation.language, settings), kind, invitation.id, each),) for each in scores)
    buttons = [tap(str(each), kind, invitation.id, each) for each in scores]
    return tuple(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW))


def _in_place(
    invitation: Invitation, words: str, buttons: tuple[tuple[Button, ...], ...], asked_by: str | None
) -> Content:
    if asked_by and ADAPTERS[invitation.identity.messenger].edits:
        return Content(Verb.EDIT, text=words, message_id=asked_by, buttons=buttons)
    return Content(text=words, buttons=buttons)


def _in_template(invitation: Invitation, link: str, settings: Settings) -> Content | None:
    template = settings.surveys.template(invitation.kind, invitation.language, settings.templates)
    if template is None:
        return None
    words, filled = templates.as_seen(template, [link]), templates.filled(template, [link])
    return Content(text=words, template=filled, sent_as=invitation.sent_as)
