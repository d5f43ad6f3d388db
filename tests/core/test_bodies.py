"""Bodies of JSON: what is in them can be stored, or they are refused with the places."""

import pytest

from core.api.shapes import read_json
from core.errors import BadRequest


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (rb'{"title": "a\u0000b"}', ["title"]),
        (rb'{"rows": [{"by": "x"}, {"by": "\ud800"}], "note": "\uDFFF"}', ["note", "rows.1.by"]),
        (rb'{"a\u0000b": {"\udead": 1}}', [r"a\u0000b", r"a\u0000b.\udead"]),
        (rb'"\ud800"', ["body"]),
        (b'{"a":' * 900 + rb'"\u0000"' + b"}" * 900, [".".join("a" * 900)]),
        (b"[" + b",".join([rb'"\u0000"'] * 50) + b"]", [str(number) for number in range(20)]),
    ],
)
def test_a_text_that_cannot_be_stored_is_named_by_its_place(raw, places):
    with pytest.raises(BadRequest) as refusal:
        read_json(raw)

    assert [one.field for one in refusal.value.errors] == places
    assert {one.code for one in refusal.value.errors} == {"not_text"}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"title": "\xed\xa0\x80"}',
        '{"title": "a"}'.encode("utf-16"),
        '{"title": "\\u0000"}'.encode("utf-16-le"),
        b'{"title": "a\x00b"}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_utf8_or_no_json_is_refused(raw):
    with pytest.raises(BadRequest, match="not valid JSON") as refusal:
        read_json(raw)

    assert refusal.value.code == "invalid_json"


def test_a_pair_of_escapes_is_a_character():
    assert read_json(rb'{"title": "\ud83d\ude00 \\u0000"}') == {"title": "😀 \\u0000"}
    assert read_json(b'\xef\xbb\xbf{"title": "x"}') == {"title": "x"}
