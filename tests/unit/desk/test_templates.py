"""Templates: what they look like, what they want, what their settings document may say."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.template_documents import check_templates
from chalicelib.desk.templates import (
    Category,
    Filled,
    Parameter,
    Template,
    WrongValues,
    as_seen,
    filled,
    in_language,
    outlined,
    values_in,
)
from chalicelib.desk.validation import Invalid

Json = dict[str, Any]


def means(name: str) -> Parameter:
    return Parameter(name, {"ru": f"{name} по-русски", "en": f"{name} in English"})


READY = Template("ready", "en_US", Category.UTILITY, "Hello {{1}}, about {{ 2 }}: {{1}}?", (means("1"), means("2")))
ONE = Template("one", "en", Category.UTILITY, "About {{topic}}.", (means("topic"),), "Hi", "Vipdesk", ("Go on",))


class TestFilling:
    def test_the_client_sees_the_values_in_their_places(self) -> None:
        assert as_seen(READY, ["Vera", "{{1}}"]) == "Hello Vera, about {{1}}: Vera?"
        assert as_seen(ONE, ["the report"]) == "Hi\n\nAbout the report.\n\nVipdesk\n\n[Go on]"

    def test_the_team_sees_what_has_to_be_filled_in(self) -> None:
        assert outlined(READY, "en") == "Hello ‹1 in English›, about ‹2 in English›: ‹1 in English›?"

    def test_one_value_per_line_and_a_single_one_on_several(self) -> None:
        assert values_in(READY, " Vera \n\n the   report\t") == ("Vera", "the report")
        assert values_in(ONE, "the report\nof March") == ("the report of March",)
        assert values_in(ONE, " \n ") == ()

    def test_what_is_sent_names_its_parameters(self) -> None:
        assert filled(ONE, ["x"]) == Filled("one", "en", (("topic", "x"),))

    @pytest.mark.parametrize("values", [(), ("a",), ("a", "b", "c"), ("a", " ")])
    def test_more_or_fewer_values_do_not_fit(self, values: tuple[str, ...]) -> None:
        with pytest.raises(WrongValues, match="template_count"):
            filled(READY, values)

    def test_values_may_not_make_it_too_long(self) -> None:
        with pytest.raises(WrongValues, match="template_long"):
            filled(ONE, ["x" * 1020])

    @given(st.text())
    def test_no_value_has_what_whatsapp_refuses(self, words: str) -> None:
        for value in values_in(ONE, words):
            assert not re.search(r"[\n\t]| {4}", value)

    def test_the_clients_language_comes_first(self) -> None:
        russian = Template("ready", "ru", Category.UTILITY, "Готово")
        assert in_language((READY, russian, ONE), "ru") == [russian, READY, ONE]
        assert russian.key != READY.key


def document(**changes: Any) -> list[Json]:
    parameters = [{"name": name, "means": {"ru": "а", "en": "a"}} for name in ("1", "2")]
    whole = {
        "name": "ready",
        "language": "ru",
        "category": "utility",
        "body": "{{1}}, {{2}}.",
        "parameters": parameters,
    }
    return [whole | changes]


def wrong(found: Any) -> list[str]:
    with pytest.raises(Invalid) as invalid:
        check_templates(found)
    return sorted(error.field for error in invalid.value.errors)


class TestTheDocument:
    @pytest.mark.parametrize(
        "fine",
        [
            [],
            document(),
            document(header="Hi", footer="Vipdesk", buttons=["Go on"]),
            document(body="No parameters", parameters=[]),
            document(body="{{who}}!", parameters=[{"name": "who", "means": {"ru": "кто", "en": "who"}}]),
            document() + document(language="en_US"),
        ],
    )
    def test_what_can_be_offered(self, fine: Any) -> None:
        check_templates(fine)

    def test_every_bad_field_is_named(self) -> None:
        bad = document(name="Ready!", language="Russian", category="authentication", body=" ", header="x" * 61, extra=1)
        assert wrong(bad) == sorted(
            f"[0].{name}" for name in ("name", "language", "category", "body", "header", "extra")
        )
        assert wrong({}) == [""]
        assert wrong([{}]) == ["[0].body", "[0].category", "[0].language", "[0].name"]

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"body": "{{1}} only"}, ["[0].parameters[1].name"]),
            ({"body": "{{1}}, {{2}}, {{3}}"}, ["[0].parameters"]),
            ({"body": "{{1}}, {{2}}, {{not closed"}, ["[0].body"]),
            ({"header": "{{1}}"}, ["[0].header"]),
            ({"parameters": [{"name": "1", "means": {"en": "a"}}]}, ["[0].parameters[0].means.ru"]),
        ],
    )
    def test_parameters_and_body_go_together(self, changes: Json, where: list[str]) -> None:
        assert wrong(document(**changes)) == where

    def test_numbers_are_in_order_and_not_mixed_with_names(self) -> None:
        [whole] = document()
        assert wrong([whole | {"parameters": whole["parameters"][::-1]}]) == ["[0].parameters"]
        named = {"name": "who", "means": {"ru": "кто", "en": "who"}}
        mixed = whole | {"body": "{{1}}, {{who}}", "parameters": [whole["parameters"][0], named]}
        assert wrong([mixed]) == ["[0].parameters"]

    def test_a_template_is_there_once_in_a_language(self) -> None:
        assert wrong(document() + document()) == ["[1].name"]
