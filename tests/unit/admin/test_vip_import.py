"""/admin/vips/import: a list of VIPs from a spreadsheet, seen before it is taken, with every broken row by its line."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import sheets, vip_lists
from chalicelib.desk.contacts import email, phone
from chalicelib.desk.validation import Invalid
from chalicelib.desk.vip_lists import read
from chalicelib.store import clients
from tests.unit.admin.conftest import Answered, Api, Clients

HEADER = "full name,phone,company,e-mail\n"
LIST = HEADER + "Anna Volkova,+7 916 123-45-67,Romashka,anna@romashka.ru\nBoris Orlov,8 916 765 43 21,Acme,\n"


def send(api: Api, text: str | bytes, query: str = "", **headers: str) -> Answered:
    raw = text if isinstance(text, bytes) else text.encode()
    return api.post(f"/admin/vips/import{query}", raw, **({"Content_Type": "text/csv; charset=utf-8"} | headers))


def vips(api: Api) -> list[str]:
    return [client["name"] for client in api.get("/admin/clients?tier=vip").body["items"]]


class TestImporting:
    def test_a_dry_run_shows_and_writes_nothing(self, api: Api) -> None:
        shown = send(api, LIST, "?dry_run=true").body
        assert shown == {
            "dry_run": True,
            "replaced": False,
            "added": [{"row": 2, "name": "Anna Volkova", "id": None}, {"row": 3, "name": "Boris Orlov", "id": None}],
            "changed": [],
            "removed": [],
            "rejected": [],
            "ignored_columns": [],
        }
        assert api.get("/admin/clients").body["items"] == []

    def test_then_it_is_taken_with_who_sent_it_and_why(self, api: Api) -> None:
        added = send(api, LIST, "?ground=Annex%202").body["added"]
        anna = api.get(f"/admin/clients/{added[0]['id']}").body
        assert (anna["name"], anna["tier"], anna["phones"]) == ("Anna Volkova", "vip", ["+79161234567"])
        assert [(change["by"]["name"], change["ground"]) for change in anna["history"]] == [("operator", "Annex 2")]
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]

    def test_the_same_file_again_changes_nothing(self, api: Api) -> None:
        send(api, LIST)
        again = send(api, LIST).body
        assert (again["added"], again["changed"], again["rejected"], again["removed"]) == ([], [], [], [])

    def test_a_person_is_found_by_phone_else_by_email_else_by_telegram(self, api: Api, people: Clients) -> None:
        send(api, LIST)
        wrote = people.writes(600_007)
        changed = send(
            api,
            "ФИО;Телефон;E-mail;Должность;Telegram ID\n"
            "Анна Волкова;+79161234567;;Директор;\n"
            "Anna's deputy;;anna@romashka.ru;;\n"
            "Boris Orlov;+7 999 000 00 01;;;\n"
            "Vera Pavlova;+7 999 000 00 02;;;600007\n",
        ).body
        assert [(row["row"], row["name"]) for row in changed["changed"]] == [(2, "Анна Волкова"), (5, "Vera Pavlova")]
        assert changed["changed"][0]["fields"] == {
            "name": ["Anna Volkova", "Анна Волкова"],
            "position": ["", "Директор"],
        }
        assert changed["changed"][1]["id"] == wrote.client_id
        assert changed["changed"][1]["fields"]["tier"] == ["everyone", "vip"]
        assert [row["row"] for row in changed["added"]] == [4]
        assert [(row["row"], row["errors"][0]["field"]) for row in changed["rejected"]] == [(3, "row")]

    def test_an_empty_cell_changes_nothing_and_a_new_number_replaces_the_old(self, api: Api) -> None:
        send(api, LIST)
        changed = send(api, HEADER + "Anna Volkova,+7 916 000-00-09,,anna@romashka.ru\n").body["changed"]
        assert changed[0]["fields"] == {"phones": [["+79161234567"], ["+79160000009"]]}
        assert clients.whose(["+79161234567", "+79160000009"]).keys() == {"+79160000009"}

    def test_a_number_that_is_known_already_takes_no_other_away(self, api: Api) -> None:
        api.post("/admin/clients", {"name": "Anna", "tier": "vip", "phones": ["+79160000001", "+79160000002"]})
        done = send(api, HEADER + "Anna,+79160000002,,\n").body
        assert (done["added"], done["changed"], done["rejected"]) == ([], [], [])

    def test_marks_of_two_different_clients_in_one_row(self, api: Api) -> None:
        send(api, LIST)
        rejected = send(api, HEADER + "Anna,8 916 765 43 21,,anna@romashka.ru\n").body["rejected"]
        assert [(row["row"], row["errors"][0]["field"]) for row in rejected] == [(2, "email")]
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]

    def test_the_answer_to_a_dry_run_is_what_happens(self, api: Api) -> None:
        send(api, LIST)
        file = HEADER + "Anna V.,+79161234567,Lotos,\nCyril,+7 999 000 00 03,,\nbroken,5,,\n"
        shown, done = send(api, file, "?dry_run=true").body, send(api, file).body
        assert shown["changed"] == done["changed"]
        assert [row["name"] for row in shown["added"]] == [row["name"] for row in done["added"]] == ["Cyril"]
        assert shown["rejected"] == done["rejected"]


class TestBrokenRows:
    def test_they_are_told_by_line_and_stop_nobody_else(self, api: Api) -> None:
        answered = send(
            api,
            "full name,phone,e-mail,valid until,telegram\n"  # line 1
            "Anna,+7 916 123-45-67,,2026-12-31,\n"
            "\n"
            ",five,nobody@,31.02.2026,@anna\n"  # line 4
            '"Boris\nOrlov",+7 916 000-00-01,,,\n'  # lines 5 and 6
            "Cyril,+7 916 000-00-02,,31.12.2026,\n"
            "Dina,,,,\n"  # line 8
            "Egor,+7 916 000-00-03,,,,,surplus\n",
        )
        assert answered.status == 200
        wrong = {row["row"]: [error["field"] for error in row["errors"]] for row in answered.body["rejected"]}
        assert {line: sorted(fields) for line, fields in wrong.items()} == {
            4: ["email", "name", "phone", "telegram", "valid_until"],
            5: ["name"],
            8: ["phone"],
            9: ["row"],
        }
        assert vips(api) == ["Anna", "Cyril"]
        assert clients.whose(["+79160000001", "+79160000003"]) == {}

    def test_a_person_may_be_there_once(self, api: Api) -> None:
        file = (
            HEADER + "Anna,+79161234567,,a@b.ru\nAnna again,8 916 123 45 67,,\nAnother,,,A@B.RU\nBoris,+79160000001,,\n"
        )
        rejected = send(api, file).body["rejected"]
        told = {row["row"]: row["errors"][0]["message"] for row in rejected}
        assert told == {3: "is in line 2 too", 4: "is in line 2 too"}
        assert vips(api) == ["Anna", "Boris"]

    def test_an_open_quotation_mark_does_not_swallow_rows_unseen(self, api: Api) -> None:
        answered = send(
            api, HEADER + 'Anna,+79161234567,"Romashka" LLC,\nBoris,+79160000001,"Acme,\nCyril,+79160000002,,\n'
        )
        assert [row["row"] for row in answered.body["rejected"]] == [2, 3]
        assert vips(api) == []

    @pytest.mark.parametrize(
        ("file", "field"),
        [
            (b"", "header"),
            (b"+79161234567,Anna\n", "header"),
            (b"full name,position\nAnna,Director\n", "header"),
            (b"phone,e-mail\n+79161234567,a@b.ru\n", "header"),
            ("full name,ФИО,phone\n".encode(), "header"),
            ("ФИО;Телефон\nАнна;�\n".encode(), "encoding"),
            (LIST.encode("utf-16"), "encoding"),
            ((HEADER + "Anna,+79161234567,,\n" * (vip_lists.MOST_ROWS + 1)).encode(), "rows"),
        ],
    )
    def test_a_file_that_is_no_list(self, api: Api, file: bytes, field: str) -> None:
        refused = send(api, file)
        assert (refused.status, refused.wrong_fields[:1]) == (400, [field])

    def test_limits_of_every_request_hold(self, api: Api) -> None:
        assert send(api, HEADER + "x" * 1_000_000).status == 413
        assert send(api, LIST, Content_Type="application/json").status == 415
        assert send(api, LIST, "?dry_run=yes&replce=true").wrong_fields == ["replce", "dry_run"]
        assert send(Api(token=None), LIST).status == 401


class TestReplacing:
    def test_who_is_not_in_the_file_keeps_their_record_and_loses_the_tier(self, api: Api) -> None:
        send(api, LIST)
        only_anna = HEADER + "Anna Volkova,+79161234567,,\n"
        shown = send(api, only_anna).body
        assert ([vip["name"] for vip in shown["removed"]], shown["replaced"]) == (["Boris Orlov"], False)
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]
        assert send(api, only_anna, "?replace=true&dry_run=true").body["replaced"] is True
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]
        send(api, only_anna, "?replace=true&ground=Annex%203")
        assert vips(api) == ["Anna Volkova"]
        boris = api.get("/admin/clients?phone=89167654321").body["items"][0]
        assert boris["tier"] == "everyone"
        history = api.get(f"/admin/clients/{boris['id']}").body["history"]
        assert (history[-1]["ground"], history[-1]["fields"]) == ("Annex 3", {"tier": ["vip", "everyone"]})

    @pytest.mark.parametrize("query", ["?replace=true", "?replace=true&dry_run=true"])
    def test_a_list_of_nobody_replaces_nobody(self, api: Api, query: str) -> None:
        send(api, LIST)
        refused = send(api, HEADER + ",,,\n", query)
        assert (refused.status, refused.wrong_fields) == (400, ["rows"])
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]
        assert send(api, HEADER).status == 200

    def test_a_list_with_a_broken_row_replaces_nobody(self, api: Api) -> None:
        send(api, LIST)
        done = send(api, HEADER + "Anna Volkova,+79161234567,,\nBoris Orlov,oops,,\n", "?replace=true").body
        assert (done["replaced"], done["removed"]) == (False, [])
        assert vips(api) == ["Anna Volkova", "Boris Orlov"]


class TestReading:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_as_spreadsheets_save_it(self, delimiter: str, mark: str, end: str) -> None:
        titles = [
            "ФИО",
            "Телефон",
            "Компания",
            "Проект",
            "E-mail",
            "Должность",
            "Действует с",
            "Действует до",
            "Примечание",
        ]
        cells = [
            "Анна",
            "89161234567",
            '"Ромашка; и, ко"',
            "Портал",
            "a@b.ru",
            "Директор",
            "01.02.2026",
            "2026-12-31",
            "чай",
        ]
        file = mark + delimiter.join(titles) + end + delimiter.join(cells) + end
        (row,) = read(file.encode()).rows
        assert row.errors == ()
        assert row.values == {
            "name": "Анна",
            "phones": ("+79161234567",),
            "company": "Ромашка; и, ко",
            "project": "Портал",
            "emails": ("a@b.ru",),
            "position": "Директор",
            "valid_from": date(2026, 2, 1),
            "valid_until": date(2026, 12, 31),
            "note": "чай",
        }

    def test_a_time_zone_is_an_iana_name(self) -> None:
        one, other = read("ФИО;E-mail;Часовой пояс\nАнна;a@b.ru;Asia/Tokyo\nПётр;p@b.ru;МСК+2\n".encode()).rows
        assert (one.values["timezone"], one.errors) == ("Asia/Tokyo", ())
        assert [error.field for error in other.errors] == ["timezone"]

    def test_columns_that_are_not_known_are_named(self) -> None:
        found = read("№,full name,phone,Скидка,\n1,Anna,+79161234567,10%,\n".encode())
        assert found.ignored_columns == ("№", "Скидка")
        assert found.rows[0].values == {"name": "Anna", "phones": ("+79161234567",)}

    def test_as_excel_in_russian_saves_it_unasked(self) -> None:
        (row,) = read("ФИО;Телефон\nПётр Щукин;8 (916) 123-45-67\n".encode("cp1251")).rows
        assert (row.name, row.phones, row.errors) == ("Пётр Щукин", ("+79161234567",), ())

    def test_several_numbers_in_one_cell(self) -> None:
        (row,) = read(b"name;phone\nAnna;+79161234567, 8 916 000-00-01\n").rows
        assert row.phones == ("+79161234567", "+79160000001")

    def test_every_known_column_is_read(self) -> None:
        assert vip_lists.COLUMNS.keys() == vip_lists._READ.keys() | {"telegram"}

    cell = st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=30)

    @given(st.lists(st.tuples(cell, cell, cell), max_size=20), st.sampled_from(",;\t"))
    def test_every_row_that_is_not_blank_is_accounted_for(self, rows: list[tuple[str, ...]], delimiter: str) -> None:
        written = io.StringIO(newline="")
        writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("name", "phone", "company"), *([sheets._guarded(cell) for cell in row] for row in rows)])
        try:
            found = read(written.getvalue().encode())
        except Invalid:
            pytest.fail("the header is in order")
        told = [row for row in rows if any(cell.strip() for cell in row)]
        assert len(found.rows) == len(told)
        for (name, _, company), row in zip(told, found.rows, strict=True):
            if not row.errors:
                assert (row.name, row.values.get("company", "")) == (name.strip(), company.strip())

    @given(st.binary(max_size=300))
    def test_no_bytes_break_it(self, raw: bytes) -> None:
        try:
            rows = read(b"name,phone\n" + raw).rows
        except Invalid:
            return
        assert all(row.errors or row.phones for row in rows)


class TestContacts:
    @pytest.mark.parametrize(
        "written",
        ["+7 916 123-45-67", "8 (916) 123-45-67", "89161234567", "9161234567", "+7(916)1234567"],
    )
    def test_one_number_has_one_way_to_write_it(self, written: str) -> None:
        assert phone(written) == "+79161234567"

    @pytest.mark.parametrize(
        "written", ["", "5", "five", "+7 12", "+7 916 123-45-67 доб. 5", "+0 000 000 00 00", "1" * 40]
    )
    def test_what_is_no_number(self, written: str) -> None:
        assert phone(written) is None

    @given(
        st.integers(9_000_000_000, 9_999_999_999),
        st.sampled_from(["+7", "8", "7", ""]),
        st.sampled_from(["", " ", "-"]),
    )
    def test_however_a_mobile_number_is_written(self, number: int, prefix: str, gap: str) -> None:
        digits = str(number)
        written = gap.join((prefix, digits[:3], digits[3:6], digits[6:8], digits[8:])).strip("- ")
        assert phone(written) == f"+7{number}"

    @given(st.text(max_size=40))
    def test_a_number_that_is_understood_is_understood_again(self, written: str) -> None:
        if found := phone(written):
            assert phone(found) == found

    @given(st.text(max_size=40))
    def test_an_address_that_is_understood_is_understood_again(self, written: str) -> None:
        if found := email(written):
            assert email(found) == found

    @pytest.mark.parametrize(
        "written", ["anna@romashka.ru", " Anna.B+x@Mail.Example.COM ", "почта@ромашка.рф", "a@b.museum"]
    )
    def test_addresses(self, written: str) -> None:
        assert email(written) == written.strip().lower()

    @pytest.mark.parametrize(
        "written", ["", "anna", "@b.ru", "a@", "a@b", "a b@c.ru", "a@b..ru", "a@b.ru, c@d.ru", "a@1.2.3.4"]
    )
    def test_what_is_no_address(self, written: str) -> None:
        assert email(written) is None


def test_nothing_is_known_of_a_row_but_its_values() -> None:
    """A rejected row still names its person, so that replacing does not take the tier from them."""
    (row,) = read(b"name,phone,e-mail\nAnna,+79161234567,broken\n").rows
    assert (row.name, row.phones, [error.field for error in row.errors]) == ("Anna", ("+79161234567",), ["email"])
