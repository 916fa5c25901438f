"""The team's group on the running stack: whoever can mend it hears of it before anything fails."""

from tests.stack.conftest import MARINA, Desk, eventually


def test_the_manager_hears_at_once_that_the_bot_was_demoted(desk: Desk) -> None:
    desk.sandbox("/group", messenger="telegram", bot="member")
    try:
        eventually(lambda: [text for text in desk.texts_to(MARINA) if "lacks rights" in text])
    finally:
        desk.sandbox("/group", messenger="telegram", bot="administrator")
