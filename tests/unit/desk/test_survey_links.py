"""A token of a survey link: the only one for its invitation, whatever somebody changes in it; keys can be rotated."""

import random
import string

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.survey_links import signed, verified

KEYS = ["the newest key", "the one before"]
ID = "1m8a9hm9w43yem"
TRIES = 100_000
ANY = string.ascii_letters + string.digits + "-_.=~%/+ \n\0é"


def mutated(token: str, chance: random.Random) -> str:
    """One to three small changes."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(token) + 1)
        match chance.randrange(4):
            case 0:
                token = token[:at] + chance.choice(ANY) + token[at + 1 :]
            case 1:
                token = token[:at] + chance.choice(ANY) + token[at:]
            case 2:
                token = token[:at] + token[at + 1 :]
            case _:
                token = token[:at] + token[at : at + 1].swapcase() + token[at + 1 :]
    return token


def test_a_hundred_thousand_mutations_are_all_refused() -> None:
    token, chance = signed(ID, KEYS), random.Random(23)
    tried = {mutated(token, chance) for _ in range(TRIES)} - {token}
    assert len(tried) > TRIES / 3
    assert [each for each in tried if verified(each, KEYS)] == []


def test_not_even_the_bits_that_the_last_letter_does_not_use() -> None:
    token = signed(ID, KEYS)
    assert sum(verified(token[:-1] + letter, KEYS) is not None for letter in ANY) == 1


@given(st.text(), st.text(min_size=1))
def test_nothing_made_up_is_taken(invitation_id: str, signature: str) -> None:
    assert verified(f"{invitation_id}.{signature}", KEYS) is None


def test_an_older_key_still_verifies_and_a_forgotten_one_does_not() -> None:
    before = signed(ID, KEYS[1:])
    assert verified(before, KEYS) == ID
    assert verified(before, KEYS[:1]) is None
    assert verified(signed(ID, KEYS), KEYS[:1]) == ID
