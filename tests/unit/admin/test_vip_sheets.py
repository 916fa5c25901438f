"""Lists of VIPs as XLSX, and as they are exported: what was exported and is imported again changes nothing."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from chalicelib.desk import sheets, vip_lists
from chalicelib.desk.validation import Invalid
from chalicelib.texts import LANGUAGES, text
from tests.unit.admin.conftest import Answered, Api

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = [("csv", CSV), ("xlsx", XLSX)]
patient = settings(max_examples=40)


def book(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in rows:
        made["Sheet"].append(row)
    return saved(made)


def saved(made: Workbook) -> bytes:
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def changed_inside(raw: bytes, part: str, content: bytes) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return changed.getvalue()


def send(api: Api, raw: bytes, query: str = "") -> Answered:
    return api.post(f"/admin/vips/import{query}", raw, Content_Type=XLSX)


def exported(api: Api, form: str, media: str) -> bytes:
    answered = api.get(f"/admin/vips/export?format={form}", Accept=media)
    assert (answered.status, answered.headers["Content-Type"]) == (200, media)
    assert isinstance(answered.body, bytes)
    return answered.body


LIST = book(
    ["ФИО", "Телефон", "Действует до", "Telegram ID"],
    [],
    ["Анна Волкова", 89161234567, date(2026, 12, 31), 600777],
    ["Борис Орлов", "8 (916) 765-43-21", "31.12.2026"],
    ["Вера", "five"],
)


class TestImporting:
    def test_numbers_and_dates_are_read_as_they_are_typed_and_rows_are_told_by_line(self, api: Api) -> None:
        shown = send(api, LIST, "?dry_run=true").body
        assert [(row["row"], row["name"]) for row in shown["added"]] == [(3, "Анна Волкова"), (4, "Борис Орлов")]
        assert [(row["row"], row["errors"][0]["field"]) for row in shown["rejected"]] == [(5, "phone")]
        send(api, LIST)
        anna = api.get("/admin/clients?phone=89161234567").body["items"][0]
        assert (anna["valid_until"], anna["identities"][0]["user"]) == ("2026-12-31", "600777")

    def test_the_first_sheet_that_is_not_hidden(self) -> None:
        made = Workbook()
        made["Sheet"].append(["old"])
        made.create_sheet("2026").append(["name", "phone"])
        made.active = 1
        made["Sheet"].sheet_state = "hidden"
        assert vip_lists.read(saved(made)).rows == ()

    def test_a_forgotten_cell_far_away_costs_nothing(self) -> None:
        made = Workbook()
        made["Sheet"].append(["name", "phone"])
        made["Sheet"].append(["Anna", "+79161234567"])
        made["Sheet"]["XFD200000"] = "x"
        assert [row.name for row in vip_lists.read(saved(made)).rows] == ["Anna"]

    @pytest.mark.parametrize("raw", [b"PK\x03\x04", LIST[:900], changed_inside(LIST, "xl/workbook.xml", b"<broken")])
    def test_a_damaged_file_is_refused(self, api: Api, raw: bytes) -> None:
        refused = send(api, raw)
        assert (refused.status, refused.wrong_fields) == (400, ["file"])

    def test_a_file_that_is_large_inside_is_refused_unread(self) -> None:
        bomb = changed_inside(LIST, "xl/worksheets/sheet1.xml", b" " * (sheets.MOST_UNPACKED_BYTES + 1))
        assert len(bomb) < 50_000
        with pytest.raises(Invalid, match="unpacks to"):
            vip_lists.read(bomb)

    def test_entities_are_not_multiplied(self) -> None:
        levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        laughs = f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><worksheet><sheetData><row><c t="inlineStr"><is><t>&a9;</t>'
        closed = f"{laughs}</is></c></row></sheetData></worksheet>"
        with pytest.raises(Invalid, match="no XLSX file"):
            vip_lists.read(changed_inside(LIST, "xl/worksheets/sheet1.xml", closed.encode()))

    @patient
    @given(st.integers(0, len(LIST) - 1), st.binary(min_size=1, max_size=30))
    def test_no_damage_breaks_it(self, at: int, put: bytes) -> None:
        try:
            vip_lists.read(LIST[:at] + put + LIST[at + len(put) :])
        except Invalid:
            return


class TestExporting:
    @pytest.mark.parametrize(("form", "media"), FORMATS)
    def test_what_was_exported_changes_nothing_when_it_is_imported(self, api: Api, form: str, media: str) -> None:
        client = {
            "name": "=HYPERLINK(1)",
            "tier": "vip",
            "phones": ["+79161234567", "+46701234567"],
            "emails": ["anna@romashka.ru"],
            "company": "'Ромашка'; и \"ко\"",
            "position": "-",
            "note": "чай,\nбез сахара",
            "valid_until": "2026-12-31",
            "identities": [{"messenger": "telegram", "user": 600777}],
        }
        assert api.post("/admin/clients", client).status == 201
        assert api.post("/admin/clients", {"name": "Nobody's VIP"}).status == 201
        again = api.post("/admin/vips/import?dry_run=true", exported(api, form, media), Content_Type=media).body
        assert [again[name] for name in ("added", "changed", "removed", "rejected", "ignored_columns")] == [[]] * 5

    @patient
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=10), min_size=1))
    def test_no_cell_of_a_csv_file_begins_a_formula(self, cells: list[str]) -> None:
        lines = sheets.to_csv([["name"], *([cell] for cell in cells)]).decode("utf-8-sig").splitlines()
        assert not any(line.lstrip('"')[:1] in tuple("=+-@＝＋－＠") for line in lines)

    def test_a_cell_of_an_xlsx_file_is_text_or_a_date(self) -> None:
        raw = sheets.to_xlsx([["=1+1", "+79161234567", date(2026, 12, 31), "a\x07b", None]])
        (row,) = load_workbook(io.BytesIO(raw))["Sheet"].iter_rows()
        assert [cell.data_type for cell in row[:4]] == ["s", "s", "d", "s"]
        assert (row[0].value, row[3].value) == ("=1+1", "ab")

    def test_the_header_is_in_the_teams_language_and_is_known_to_the_import(self) -> None:
        for language in LANGUAGES:
            assert [vip_lists._column(text(f"column_{column}", language)) for column in vip_lists.COLUMNS] == [
                *vip_lists.COLUMNS
            ]

    @pytest.mark.parametrize(("form", "media"), FORMATS)
    def test_who_is_known_by_telegram_alone_comes_back_as_themselves(self, api: Api, form: str, media: str) -> None:
        vera = {"name": "Вера", "tier": "vip", "identities": [{"messenger": "telegram", "user": "600778"}]}
        registered = api.post("/admin/clients", vera).body
        file = exported(api, form, media)
        again = api.post("/admin/vips/import?replace=true", file, Content_Type=media).body
        assert [again[name] for name in ("added", "changed", "removed", "rejected")] == [[]] * 4
        renamed = book(["ФИО", "Telegram ID", "Должность"], ["Вера", 600778, "Директор"])
        assert [row["id"] for row in send(api, renamed).body["changed"]] == [registered["id"]]

    def test_who_does_not_ask_for_a_file_is_told_how(self, api: Api) -> None:
        refused = api.get("/admin/vips/export?format=xlsx", Accept="*/*")
        assert (refused.status, XLSX in refused.body["detail"]) == (406, True)
        assert api.get("/admin/vips/export?format=pdf", Accept=CSV).wrong_fields == ["format"]
