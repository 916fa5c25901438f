"""A page that only says something kind: why a link leads no further, and what can be done instead."""

from functools import partial

from markupsafe import Markup

from chalicelib.pages import asset, render
from chalicelib.texts import text


def notice(key: str, language: str) -> str:
    """The page of the texts ``page_{key}_title`` and ``page_{key}``."""
    words = partial(text, language=language)
    return render(
        "survey.html",
        language=language,
        words=words,
        style=Markup(asset("survey.css")),
        title=words(f"page_{key}_title"),
        notice=words(f"page_{key}"),
    )
