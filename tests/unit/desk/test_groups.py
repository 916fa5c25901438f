"""Clients are spread over the team's groups evenly and for good."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.settings import Desk

names = st.lists(st.integers(1, 10**12).map(lambda n: f"-100{n}"), min_size=1, max_size=5, unique=True)


def desk(*groups: str) -> Desk:
    return Desk(group=groups[0], groups=groups[1:])


def test_evenly() -> None:
    three = desk("-1001", "-1002", "-1003")
    counts = Counter(three.group_for(f"client{n}") for n in range(3000))
    assert len(counts) == 3
    assert min(counts.values()) > 900


@given(names, st.text(min_size=1))
def test_the_order_of_the_groups_does_not_matter(groups: list[str], client: str) -> None:
    assert desk(*groups).group_for(client) == desk(*reversed(groups)).group_for(client)


@given(names, st.text(min_size=1))
def test_a_new_group_moves_nobody_between_the_old_ones(groups: list[str], client: str) -> None:
    *old, new = [*groups, "-100777"]
    assert desk(*old, new).group_for(client) in (desk(*old).group_for(client), new)


def test_without_a_group_there_is_none() -> None:
    assert Desk().group_for("client") == ""
