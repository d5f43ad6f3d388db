"""CSV: checked as bytes, then as a header, then parsed by Arrow; slow exact search only to explain a failure."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from experiments.tabular.limits import Limits, TableError, check_columns, check_shape
from experiments.tabular.table import Table

CHUNK = 1 << 20
BLOCK = 1 << 23
MAX_CELL = 1 << 20
DELIMITERS = ",;\t|"
NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "#N/A"]
FOREIGN_BOMS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True)
class _Scan:
    quotes: int


def read_csv(path: Path, limits: Limits) -> Table:
    """Comma, semicolon, tab or bar separated UTF-8 text with a header. Types are inferred from all rows."""
    scan = _scan_bytes(path)
    header, delimiter = _read_header(path)
    check_columns(limits, header)
    _refuse_missing_header(header)
    if scan.quotes % 2:
        _refuse_unclosed_quote(path, delimiter)
    arrow = _parse(path, delimiter, has_quotes=scan.quotes > 0, columns=len(header))
    check_shape(limits, rows=arrow.num_rows, columns=arrow.num_columns)
    return Table.from_arrow(arrow.rename_columns(header))


def _scan_bytes(path: Path) -> _Scan:
    """Refuse what is not UTF-8 text, with the byte where it stops being so; count the quotes on the way."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    position, quotes = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if position == 0:
                _refuse_foreign_bom(chunk)
            if (nul := chunk.find(b"\0")) >= 0:
                raise TableError(
                    f"Byte {position + nul:,} is a NUL: this is not a text file.",
                    code="nul_byte",
                    offset=position + nul,
                )
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(position - pending + error.start) from error
            quotes += chunk.count(b'"')
            position += len(chunk)
    pending = len(decoder.getstate()[0])
    if pending:
        raise _not_utf8(position - pending)
    return _Scan(quotes=quotes)


def _not_utf8(offset: int) -> TableError:
    return TableError(
        f"Byte {offset:,} is not valid UTF-8. Save the file with UTF-8 encoding and send it again.",
        code="not_utf8",
        offset=offset,
    )


def _refuse_foreign_bom(chunk: bytes) -> None:
    for bom, name in FOREIGN_BOMS.items():
        if chunk.startswith(bom):
            raise TableError(
                f"The file is {name} text. Save it with UTF-8 encoding and send it again.", code="not_utf8", offset=0
            )


def _read_header(path: Path) -> tuple[list[str], str]:
    """The first line that is not blank, split by whichever of the known delimiters splits it into the most columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = next((line for line in file if line.strip()), "")
    if not line:
        raise TableError("The file holds nothing but blank lines.", code="no_rows")
    candidates = {delimiter: next(csv.reader([line], delimiter=delimiter)) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda each: len(candidates[each]))
    if '"' not in line:
        return candidates[delimiter], delimiter
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = (record for record in csv.reader(file, delimiter=delimiter) if record)
        return next(records), delimiter


def _refuse_missing_header(header: list[str]) -> None:
    """A first line of nothing but numbers is data, unless it counts up from 0 or 1 as pandas names columns."""
    if not all(_is_number(name) for name in header):
        return
    counted = [str(i) for i in range(len(header) + 1)]
    if header in (counted[:-1], counted[1:]):
        return
    raise TableError(
        f"The first line holds only numbers ({', '.join(header[:3])}…), so it is no header. "
        "Add a line with the columns' names.",
        code="no_header",
        row=1,
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parse(path: Path, delimiter: str, *, has_quotes: bool, columns: int) -> pa.Table:
    try:
        return pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(block_size=BLOCK),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=has_quotes),
            convert_options=pa.csv.ConvertOptions(null_values=NULLS, strings_can_be_null=True, check_utf8=False),
        )
    except pa.ArrowInvalid as error:
        _refuse_ragged_row(path, delimiter, columns)
        raise TableError(f"The file cannot be read as CSV: {error}", code="unreadable") from error


def _refuse_ragged_row(path: Path, delimiter: str, columns: int) -> None:
    for line, record in _records(path, delimiter):
        if len(record) != columns:
            raise TableError(
                f"Line {line:,} has {len(record)} values where the header has {columns} columns.",
                code="ragged_row",
                row=line,
            )


def _refuse_unclosed_quote(path: Path, delimiter: str) -> None:
    """An odd number of quotes is not yet an error (`5" pipe`): only a quote open at the end of the file is."""
    last = 1
    try:
        for line, _record in _records(path, delimiter):
            last = line + 1
    except csv.Error as error:
        raise TableError(
            f"A quoted value that begins on or after line {last:,} is never closed.", code="unclosed_quote", row=last
        ) from error


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it ends on; blank lines are passed over, as Arrow does."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
        for record in reader:
            if record:
                yield reader.line_num, record


def _lines(file: io.TextIOBase) -> Iterator[str]:
    yield from file
