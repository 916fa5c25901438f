"""A page that only says something kind: why a link leads no further, and what can be done instead."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from chalicelib.pages import asset, render
from chalicelib.texts import text


def notice(key: str, language: str, ways: Sequence[tuple[str, str]] = ()) -> str:
    """The page of the texts ``page_{key}_title`` and ``page_{key}``, with links by which we can be written to: what each is
    called, and where it leads."""
    words = partial(text, language=language)
    return render(
        "survey.html",
        language=language,
        words=words,
        style=Markup(asset("survey.css")),
        title=words(f"page_{key}_title"),
        notice=words(f"page_{key}"),
        ways=ways,
    )
