"""Tables as people keep them in spreadsheets: read from CSV or XLSX row by row, and written so that no cell is a formula.
Which columns a table has and what they mean is not known here.

A file from outside is small when it comes and need not be small inside, so what an XLSX unpacks to is limited.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from chalicelib.desk.validation import FieldError, Invalid

DELIMITERS = ";,\t"
MOST_UNPACKED_BYTES = 10_000_000
MOST_COLUMNS = 100

_XLSX_BEGINS = b"PK\x03\x04"

# What spreadsheets take for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection), and the
# apostrophe that says it is none.
_FORMULA = re.compile(r"['=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'(?=['=+\-@\t\r＝＋－＠])")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # in XML 1.0

Row = tuple[int, list[str] | str]
Cell = str | date | None


def read(raw: bytes, known: Callable[[str], bool]) -> Iterator[Row]:
    """The line where each row begins, and its cells, or what is wrong with its quotation marks. Blank rows are left out.
    ``known`` tells titles of columns: they show how a CSV file is delimited.

    :raises Invalid: the file as a whole cannot be read.
    """
    rows = _of_xlsx(raw) if raw.startswith(_XLSX_BEGINS) else _of_csv(_decoded(raw), known)
    return ((line, cells) for line, cells in rows if isinstance(cells, str) or any(cell.strip() for cell in cells))


def _decoded(raw: bytes) -> str:
    """UTF-8, or what Excel in Russian saves when it is not asked for that. A gateway that takes the body for text puts
    U+FFFD where it is not UTF-8; with NUL it is yet another encoding."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\ufffd" if b"\0" in raw else raw.decode("cp1251", errors="replace")
    if "\ufffd" in text:
        wrong = "is neither UTF-8 nor Windows-1251: in Excel, save the list as “CSV UTF-8”"
        raise Invalid([FieldError("encoding", wrong)])
    return text


def _of_csv(text: str, known: Callable[[str], bool]) -> Iterator[Row]:
    lines = list(io.StringIO(text, newline=""))
    header = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda mark: sum(map(known, header.split(mark))))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            yield begins, [_GUARDED.sub("", cell, count=1) if cell[:1] == "'" else cell for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield (
                begins,
                "has a quotation mark that is not closed or stands in a wrong place; what follows it in quotes is lost",
            )


def _of_xlsx(raw: bytes) -> list[Row]:
    """Of the first sheet that is not hidden. Formulas are what they came to when the file was saved."""
    import openpyxl  # a quarter of a second to import: only those who need it wait

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_size(archive)
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet.reset_dimensions()  # what some programs write there is wrong
        rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
        return [(line, cells) for line, row in enumerate(rows, 1) if (cells := _cells(row))]
    except Invalid:
        raise
    except Exception as error:  # a damaged file raises whatever it meets first
        raise Invalid(
            [FieldError("file", "is no XLSX file that can be read: save it anew, or as CSV UTF-8")]
        ) from error


def _check_size(archive: zipfile.ZipFile) -> None:
    """By what each part says of itself: reading stops there, whatever is in it."""
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MOST_UNPACKED_BYTES:
        raise Invalid([FieldError("file", f"unpacks to {unpacked} bytes; {MOST_UNPACKED_BYTES} are allowed")])


def _cells(row: Sequence[Any]) -> list[str]:
    """Up to the last one that has something."""
    cells = [_written(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _written(value: Any) -> str:
    """As a person would type it: a phone that the spreadsheet took for a number has no fraction, a date has no time."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case _:
            return str(value)


def to_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a byte order mark and semicolons, as Excel in Russian opens it."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=DELIMITERS[0]).writerows([[_guarded(cell) for cell in row] for row in rows])
    return written.getvalue().encode("utf-8-sig")


def _guarded(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def to_xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Dates are dates, anything else is text: a cell says itself that it is no formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        cells = [WriteOnlyCell(sheet) for _ in row]
        for cell, value in zip(cells, row, strict=True):
            cell.value = _UNWRITABLE.sub("", value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
