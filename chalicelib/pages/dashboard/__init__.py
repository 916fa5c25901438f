"""The dashboard: a page without data, whose script asks the admin endpoint with the token of whoever reads it.

It loads nothing else: style and script stand in the page and are named in the policy by their hashes.
"""

import json
from functools import cache

from markupsafe import Markup

from chalicelib.pages import asset, digest, render
from chalicelib.texts import LANGUAGES, text

STYLE = "dashboard/page.css"
SCRIPTS = ("elements", "asking", "tickets", "outages", "numbers", "page")
PERIODS = (7, 30)  # days

# The texts that the script needs, by how their keys begin.
SAID = (
    "dash_",
    "metric_",
    "tier_",
    "shown_",
    "step_",
    "label_",
    "card_owner",
    "card_no_owner",
    "status_waiting",
    "under_a_minute",
)


def page(language: str) -> str:
    return render(
        "dashboard/page.html",
        language=language,
        other=next(each for each in LANGUAGES if each != language),
        words=lambda key, **fields: text(key, language, **fields),
        periods=PERIODS,
        style=Markup(asset(STYLE)),
        texts=_texts(language),
        script=Markup(_script()),
    )


def policy() -> str:
    """Content-Security-Policy: nothing runs but our own script, which asks nobody but us; nobody frames the page."""
    return (
        f"default-src 'none'; style-src '{digest(asset(STYLE))}'; script-src '{digest(_script())}'; connect-src 'self'; "
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _script() -> str:
    return "\n".join(asset(f"dashboard/{name}.js") for name in SCRIPTS)


def _texts(language: str) -> Markup:
    """As JSON that cannot end the element it stands in."""
    said = {key: words for key, words in LANGUAGES[language].items() if key.startswith(SAID)}
    whole = json.dumps({"language": language, "texts": said}, ensure_ascii=False)
    return Markup(whole.replace("<", "\\u003c"))
