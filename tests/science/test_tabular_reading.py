import codecs

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.tabular import Limits, Table, TableError, format_of, read_table, schema, write_canonical


def csv(tmp_path, content: str | bytes):
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(tmp_path, table: pa.Table, **options):
    path = tmp_path / "table.parquet"
    pq.write_table(table, path, **options)
    return path


def refused(path, limits: Limits | None = None) -> TableError:
    with pytest.raises(TableError) as caught:
        read_table(path, limits=limits)
    return caught.value


def test_csv_types_are_inferred_from_all_rows(tmp_path):
    path = csv(tmp_path, "i,f,b,s,d\n1,1.5,true,x,2024-01-31\n,,,,\n3,2,false,y,2024-02-01\n")

    table = read_table(path)

    assert [(c.name, c.kind, c.nullable) for c in schema(table)] == [
        ("i", "integer", True),
        ("f", "numeric", True),
        ("b", "boolean", True),
        ("s", "categorical", True),
        ("d", "datetime", True),
    ]
    assert table.numbers("i").tolist()[::2] == [1, 3]
    assert table.texts("s").tolist() == ["x", None, "y"]


def test_csv_number_column_with_a_late_word_is_text(tmp_path):
    path = csv(tmp_path, "a,b\n" + "1,2\n" * 200_000 + "oops,2\n")

    assert [c.kind for c in schema(read_table(path))] == ["categorical", "integer"]


@pytest.mark.parametrize(
    ("content", "code", "row", "offset"),
    [
        (b"", "no_rows", None, None),
        (b"\n\n", "no_rows", None, None),
        (b"a,b\n", "no_rows", None, None),
        (b"a,b\n1,2\n3\n", "ragged_row", 3, None),
        (b"a,b\n1,2,3\n", "ragged_row", 2, None),
        (b'a,b\n1,"x\ny"\n3,4,5\n', "ragged_row", 4, None),
        (b'a,b\n1,"x\n2,y\n3,z\n', "unclosed_quote", 2, None),
        (b"a,b\n1,caf\xe9\n", "not_utf8", None, 9),
        (b"a,b\n1,\xc3", "not_utf8", None, 6),
        (codecs.BOM_UTF16_LE + "a,b\n1,2\n".encode("utf-16-le"), "not_utf8", None, 0),
        (b"a,b\n1,\x002\n", "nul_byte", None, 6),
        (b"a,a\n1,2\n", "duplicate_column", 1, None),
        (b"a, \n1,2\n", "blank_column_name", 1, None),
        (b"1.5,7,9\n1,2,3\n", "no_header", 1, None),
    ],
)
def test_csv_refusal_says_where(tmp_path, content, code, row, offset):
    error = refused(csv(tmp_path, content))

    assert (error.code, error.row, error.offset, error.status) == (code, row, offset, 422)
    assert error.message.endswith((".", "n."))


def test_csv_not_utf8_far_in_counts_bytes_over_chunks(tmp_path):
    head = "a,b\n" + "é,2\n" * 400_000
    path = csv(tmp_path, head.encode() + b"\xff,1\n")

    assert refused(path).offset == len(head.encode())


def test_csv_bom_quotes_and_other_delimiters_are_fine(tmp_path):
    assert read_table(csv(tmp_path, codecs.BOM_UTF8 + b"a,b\n1,2\n")).names == ["a", "b"]
    assert read_table(csv(tmp_path, 'a,b\n"x, y\nz","say ""hi"""\n')).texts("a").tolist() == ["x, y\nz"]
    assert read_table(csv(tmp_path, "a;b\n1;2\n")).numbers("b").tolist() == [2]
    assert read_table(csv(tmp_path, 'size\n5" pipe\n')).texts("size").tolist() == ['5" pipe']
    assert read_table(csv(tmp_path, "0,1,2\n5,6,7\n")).names == ["0", "1", "2"]


def test_limits_are_named_with_the_value_got(tmp_path):
    path = csv(tmp_path, "a,b,c\n1,2,3\n4,5,6\n")

    assert refused(path, Limits(max_bytes=10)).code == "too_large"
    assert refused(path, Limits(max_columns=2)).code == "too_many_columns"
    assert refused(path, Limits(max_rows=1)).code == "too_many_rows"
    values = refused(path, Limits(max_values=5))
    assert (values.code, values.status) == ("too_many_values", 413)
    assert "2 × 3 = 6 values; at most 5" in values.message


def test_parquet_bomb_is_refused_from_its_metadata(tmp_path):
    path = parquet(tmp_path, pa.table({"a": np.zeros(3_000_000), "b": np.zeros(3_000_000)}), compression="zstd")

    assert path.stat().st_size < 100_000
    error = refused(path, Limits(max_values=5_000_000))
    assert (error.code, error.status) == ("too_many_values", 413)


@pytest.mark.parametrize("store_schema", [True, False])
def test_parquet_bomb_of_long_repeated_text_is_refused_while_reading(tmp_path, store_schema):
    column = pa.DictionaryArray.from_arrays(np.zeros(3_000, dtype=np.int32), ["x" * 1_000_000])
    path = parquet(tmp_path, pa.table({"a": column}), compression="zstd", store_schema=store_schema)

    assert path.stat().st_size < 100_000
    assert refused(path, Limits(max_memory=100_000_000)).code == "too_much_memory"


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (pa.array([[1], [2]]), "nested_column"),
        (pa.array([{"x": 1}, {"x": 2}]), "nested_column"),
        (pa.array([b"1", b"2"]), "unsupported_type"),
        (pa.array([1, 2], type=pa.decimal256(76, 2)), "unsupported_type"),
    ],
)
def test_parquet_types_that_are_no_cell_are_refused(tmp_path, column, code):
    error = refused(parquet(tmp_path, pa.table({"odd": column})))

    assert (error.code, error.field) == (code, "odd")


def test_parquet_damaged_or_encrypted_is_refused(tmp_path):
    path = parquet(tmp_path, pa.table({"a": [1, 2]}))
    whole = path.read_bytes()

    path.write_bytes(whole[:-20])
    assert refused(path).code == "unreadable"
    path.write_bytes(whole[:20] + b"\xff" * (len(whole) - 28) + whole[-8:])
    assert refused(path).code == "unreadable"
    path.write_bytes(b"PARE" + whole[4:-4] + b"PARE")
    assert refused(path).code == "encrypted"
    path.write_bytes(b"not a table at all")
    assert refused(path).code == "unreadable"


def test_parquet_types_become_the_five(tmp_path):
    arrow = pa.table(
        {
            "small": pa.array([1, 2], pa.int8()),
            "single": pa.array([1.5, None], pa.float32()),
            "money": pa.array([1, 2], pa.decimal128(10, 2)),
            "coded": pa.array(["x", "y"]).dictionary_encode(),
            "day": pa.array([0, 1], pa.date32()),
        }
    )

    table = read_table(parquet(tmp_path, arrow))

    assert [str(kind) for kind in table.arrow.schema.types] == ["int64", "double", "double", "string", "timestamp[us]"]


def test_format_is_told_by_the_name():
    assert (format_of("a.CSV"), format_of("b.pq")) == ("csv", "parquet")
    with pytest.raises(TableError) as caught:
        format_of("model.xlsx")
    assert caught.value.code == "unknown_format"


def test_canonical_bytes_do_not_depend_on_how_the_table_came(tmp_path):
    from_csv = read_table(csv(tmp_path, "a,b\n1,x\n2,\n"))
    arrow = pa.table({"a": pa.array([1, 2], pa.int16()), "b": pa.array(["x", None], pa.large_string())})
    chunked = pa.concat_tables([arrow.slice(0, 1), arrow.slice(1)])
    write_canonical(from_csv, tmp_path / "one")
    write_canonical(Table.from_arrow(chunked), tmp_path / "two")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read_table(tmp_path / "one", format="parquet").arrow.equals(from_csv.arrow)
