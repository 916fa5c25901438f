"""Two clients turn out to be one, and apart again: nothing depends on who is named first, and parting gives all back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.clients import Client, Identity, Tier, Topic
from chalicelib.desk.joining import join, origin, part

DAY = date(2026, 3, 2)
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
PHONES = ("+79160000001", "+79160000002", "+79160000003", "+79160000004")


def identity(messenger: str) -> Identity:
    return Identity(messenger, "us", "7")


def client(n: int, messenger: str, **more: Any) -> Client:
    return replace(
        Client(f"c{n}", f"Name {n}", START + timedelta(hours=n), identities=(identity(messenger),)),
        current=identity(messenger),
        **more,
    )


words = st.sampled_from(["", "Acme", "Romashka"])


def people(n: int, messenger: str, phones: tuple[str, ...]) -> st.SearchStrategy[Client]:
    """Any client of one messenger; phones lead to one client only, so no two share one."""
    return st.builds(
        lambda **fields: client(n, messenger, **fields),
        tier=st.sampled_from(Tier),
        company=words,
        project=words,
        position=words,
        note=words,
        phones=st.lists(st.sampled_from(phones), unique=True).map(tuple),
        emails=st.sampled_from([(), (f"{n}@a.ru",)]),
        topic=st.sampled_from([None, Topic("-1", str(n))]),
        registered=st.booleans(),
        valid_until=st.sampled_from([None, DAY - timedelta(days=1), DAY]),
        absorbed=st.sampled_from([(), (f"old{n}",)]),
    )


ones, twos = people(1, "telegram", PHONES[:2]), people(2, "vk", PHONES[2:])
heards = st.dictionaries(
    st.sampled_from([identity(m).key for m in ("telegram", "vk")]),
    st.datetimes().map(lambda at: at.replace(tzinfo=UTC)),
)


@given(ones, twos, heards)
def test_it_does_not_matter_who_is_named_first(one: Client, two: Client, heard: dict[str, datetime]) -> None:
    assert join(one, two, heard, DAY) == join(two, one, heard, DAY)


@given(ones, twos, heards)
def test_nothing_known_is_lost(one: Client, two: Client, heard: dict[str, datetime]) -> None:
    after = join(one, two, heard, DAY).stays
    for name in ("phones", "emails", "identities"):
        assert set(getattr(after, name)) == {*getattr(one, name), *getattr(two, name)}
    for name in ("company", "project", "position", "note"):
        assert bool(getattr(after, name)) == bool(getattr(one, name) or getattr(two, name))
    assert after.tier_on(DAY).rank == min(one.tier_on(DAY).rank, two.tier_on(DAY).rank)
    assert (after.topic is None) == (one.topic is two.topic is None)


@given(ones, twos)
def test_parting_restores_both(one: Client, two: Client) -> None:
    joined = join(one, two, {}, DAY)
    found = origin(joined.other.identities[0], [joined.other])
    assert found == joined.other
    parted = part(joined.stays, joined.other.identities[0], joined.other, {})
    before = {each.id: each for each in (one, two)}
    if joined.stays.topic == before[joined.other.id].topic:  # a topic that was taken over stays where it is
        before[joined.stays.id] = replace(before[joined.stays.id], topic=joined.stays.topic)
        before[joined.other.id] = replace(before[joined.other.id], topic=None)
    assert parted.stays == before[joined.stays.id]
    assert parted.other == before[joined.other.id]


def test_the_tier_of_today_decides_before_the_one_on_paper() -> None:
    expired = client(1, "telegram", tier=Tier.VIP, valid_until=DAY - timedelta(days=1))
    assert join(expired, client(2, "vk", tier=Tier.OUR), {}, DAY).stays.id == "c2"


def test_at_the_same_tier_the_registered_one_stays_else_the_older() -> None:
    assert join(client(1, "telegram"), client(2, "vk", registered=True), {}, DAY).stays.id == "c2"
    assert join(client(1, "telegram"), client(2, "vk"), {}, DAY).stays.id == "c1"


def test_what_is_contradictory_stays_as_the_survivors() -> None:
    vip = client(2, "vk", tier=Tier.VIP, company="Acme", language="en")
    after = join(client(1, "telegram", company="Other", position="CEO", language="ru"), vip, {}, DAY).stays
    assert (after.name, after.company, after.position, after.language) == ("Name 2", "Acme", "CEO", "en")


def test_an_answer_goes_to_where_they_wrote_last() -> None:
    heard = {identity("telegram").key: START + timedelta(minutes=1), identity("vk").key: START}
    after = join(client(1, "telegram"), client(2, "vk", tier=Tier.VIP), heard, DAY).stays
    assert (after.id, after.current) == ("c2", identity("telegram"))


def test_what_was_changed_after_the_join_is_not_taken_back() -> None:
    joined = join(client(1, "telegram", tier=Tier.VIP), client(2, "vk", company="Acme"), {}, DAY)
    renamed = replace(joined.stays, company="Acme International")
    assert part(renamed, identity("vk"), joined.other, {}).stays.company == "Acme International"


def test_after_two_joins_the_identity_goes_back_to_whom_it_was_first() -> None:
    first = join(client(1, "telegram"), client(2, "vk"), {}, DAY)
    second = join(first.stays, client(3, "max", tier=Tier.VIP), {}, DAY)
    found = origin(identity("vk"), [second.other, first.other])
    assert found is not None
    assert found.id == "c2"
