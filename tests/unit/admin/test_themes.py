"""/admin/themes: marking, counting by distinct clients, merging and renaming, and a CSV that no spreadsheet runs."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.themes import Mark
from chalicelib.store import themes as store
from chalicelib.store.table import Lost, commit
from tests.unit.admin.conftest import Api

BY = Author("oleg", "Oleg")


def made(api: Api, title: str) -> str:
    return str(api.post("/admin/themes", {"title": title}).body["id"])


def marked(theme_id: str, client: str, days_ago: float = 1, tier: Tier = Tier.EVERYONE) -> None:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    commit(store.mark_item(Mark(theme_id, f"t-{client}-{days_ago}", client, tier, at, BY)))


def test_numbers_of_a_week_against_the_one_before(api: Api) -> None:
    theme = made(api, "Cannot find the button")
    for n in range(5):
        marked(theme, f"c{n}", tier=Tier.VIP if n < 2 else Tier.EVERYONE)
    marked(theme, "c0", days_ago=2)
    for n in range(3):
        marked(theme, f"c{n}", days_ago=8)
    [item] = api.get("/admin/themes").body["items"]
    assert (item["clients"], item["before"], item["change"], item["tickets"]) == (5, 3, 2, 6)
    assert item["tiers"] == {"vip": 2, "our": 0, "everyone": 3}
    assert item["words"]["en"] == "5 clients in 7 days: Cannot find the button (2 more, 3 before that)"
    assert item["words"]["ru"].startswith("5 клиентов за 7 дней: Cannot find the button")


def test_merging_and_renaming_keep_the_counts(api: Api) -> None:
    one, other = made(api, "Empty report"), made(api, "Report has no rows")
    marked(one, "c1")
    marked(other, "c1", days_ago=2)
    marked(other, "c2")
    assert api.post(f"/admin/themes/{other}/merge", {"into": one}).body["id"] == one
    assert api.patch(f"/admin/themes/{one}", {"title": "The report is empty"}).status == 200
    [item] = api.get("/admin/themes").body["items"]
    assert (item["title"], item["clients"]) == ("The report is empty", 2)


def test_a_title_that_another_theme_has_is_refused_and_the_merge_is_offered(api: Api) -> None:
    one, other = made(api, "Empty report"), made(api, "Report has no rows")
    refused = api.patch(f"/admin/themes/{other}", {"title": " empty  REPORT."})
    assert (refused.status, refused.wrong_fields) == (409, ["title"])
    message = refused.body["errors"][0]["message"]
    assert f"the theme {one} (“Empty report”)" in message
    assert f'POST /admin/themes/{other}/merge {{"into": "{one}"}}' in message
    assert api.patch(f"/admin/themes/{one}", {"title": "EMPTY report"}).status == 200
    api.post(f"/admin/themes/{one}/merge", {"into": other})
    assert api.patch(f"/admin/themes/{other}", {"title": "Empty report"}).status == 200


def test_of_two_who_give_a_title_at_the_same_moment_the_second_has_to_look_again(api: Api) -> None:
    made(api, "Empty report")
    others = store.titles_item()
    made(api, "Report has no rows")
    with pytest.raises(Lost):
        commit(others)


def test_a_page_at_a_time(api: Api) -> None:
    for n in range(3):
        marked(made(api, f"Theme {n}"), f"c{n}")
    first = api.get("/admin/themes?limit=2").body
    rest = api.get(f"/admin/themes?limit=2&next={first['next']}").body
    assert [item["title"] for item in (*first["items"], *rest["items"])] == ["Theme 0", "Theme 1", "Theme 2"]
    assert (first["clients"], rest["clients"], rest["next"]) == (3, 3, None)


def test_the_same_title_is_the_same_theme(api: Api) -> None:
    assert made(api, "Empty report") == made(api, " empty  REPORT. ")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"title": "x", "component": "None such"}, "component"),
    ],
)
def test_mistakes_are_named(api: Api, body: dict[str, str], wrong: str) -> None:
    refused = api.post("/admin/themes", body)
    assert (refused.status, refused.wrong_fields) == (400, [wrong])


def test_a_theme_that_is_not_there(api: Api) -> None:
    theme = made(api, "Empty report")
    assert api.post(f"/admin/themes/{theme}/merge", {"into": "x"}).status == 404
    assert api.post(f"/admin/themes/{theme}/merge", {"into": theme}).status == 400
    assert api.patch("/admin/themes/x", {"title": "y"}).status == 404


def test_no_cell_is_a_formula(api: Api) -> None:
    marked(made(api, "=HYPERLINK(A1)"), "c1")
    exported = api.get("/admin/themes/export", Accept="text/csv")
    assert "'=HYPERLINK(A1)" in str(exported.body)
