"""The engine: mappings that are refused, papers that are written, printed, bundled and verified."""

import io
import json
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from docx import Document

from core import ledger
from documents import files, paper
from documents.paper import Answer, Fact, Facts, Paper, Paragraph, Table, Text

KNOWN, ROLES = {"a.fact", "a.table"}, {"owner", "risk"}
GOOD = """
title: A paper
subject: project
summary: What it is.
note: Supports preparation.
source: Nowhere
paragraphs:
  - {number: "1", title: One, responsible: owner, evidence: [a.fact]}
  - {number: "2", title: Two, responsible: risk}
"""


def read(tmp_path, text):
    (tmp_path / "some.yaml").write_text(text)
    return paper.read(tmp_path / "some.yaml", known=KNOWN, roles=ROLES)


def test_mapping_is_read(tmp_path):
    found = read(tmp_path, GOOD)

    assert (found.key, found.title, found.subject) == ("some", "A paper", "project")
    assert [(one.number, one.responsible, one.evidence) for one in found.paragraphs] == [
        ("1", "owner", ("a.fact",)),
        ("2", "risk", ()),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title: A paper", "title: 3"), "some.yaml: title is a text: got 3"),
        (("subject: project", "subject: person"), "subject is one of project, version: got 'person'"),
        (("[a.fact]", "[a.lie]"), "paragraph 1: there is no evidence called 'a.lie'"),
        (("[a.fact]", "a.fact"), "paragraph 1: evidence is a list: got 'a.fact'"),
        (("responsible: risk", "responsible: king"), "paragraph 2: responsible is a role: got 'king'"),
        (('number: "2"', 'number: "1"'), "paragraph 1 stands there twice"),
        (('number: "2"', "number: 2"), "number is a text: got 2"),
        (("source: Nowhere\n", ""), "source is a text: got None"),
        ((GOOD, "[]"), "holds no mapping"),
        ((GOOD.split("paragraphs:")[1], " []"), "paragraphs is a list, and not empty"),
    ],
)
def test_mapping_that_cannot_be_used_is_refused_with_its_field(tmp_path, change, said):
    with pytest.raises(paper.BadMapping) as refused:
        read(tmp_path, GOOD.replace(*change))

    assert said in str(refused.value)


def paragraph(number, blocks=(), missing=(), people=("the risk officer",)):
    return Paragraph(
        number, f"Title {number}", "Article 9", list(blocks), list(missing), "Risk", list(people), ["a.fact"]
    )


def some_paper() -> Paper:
    facts = Facts([Fact("Metric", "average_precision"), Fact("Räksmörgås", "<b>not bold</b> *not slanted*")])
    table = Table(["Name", "Value | unit"], [["a|b", "1\n2"], ["x" * 300, "Σ ≥ 0.95"]])
    paragraphs = [
        paragraph("1(a)", [facts, Text("First line\nSecond # line")]),
        paragraph("2", [table], ["the commit"]),
        paragraph("3", people=()),
    ]
    return Paper(
        "some", "A paper", "Scorer 3", "revision 2", "2026-11-24T12:00:00+00:00", "Note.", "Source.", paragraphs
    )


def test_state_says_what_is_there_and_what_is_not():
    made = some_paper()

    assert [one.state for one in made.paragraphs] == ["filled", "partly", "gap"]
    assert [one.number for one in made.gaps] == ["2", "3"]
    assert (made.count("filled"), made.count("partly"), made.count("gap")) == (1, 1, 1)


def test_answers_name_what_they_lack():
    given = Answer.of_facts(purpose="Cards", decision="", measured_on=None)

    assert given.blocks == [Facts([Fact("Purpose", "Cards")])]
    assert given.missing == ["decision", "measured on"]
    assert Answer.of_table(["A"], [], missing="rows") == Answer([], ["rows"])


def test_markdown_keeps_what_people_wrote_as_text():
    said = paper.written(some_paper())

    assert "- Räksmörgås: \\<b\\>not bold\\</b\\> \\*not slanted\\*" in said
    assert "| a\\|b | 1 2 |" in said
    assert "> Missing: the commit. Answers for it: Risk (the risk officer)." in said
    assert "> Nothing here can be collected. Answers for it: Risk (nobody has this role)." in said


def test_pdf_holds_any_letters_and_very_long_words():
    printed = paper.printed(some_paper())

    assert printed.startswith(b"%PDF-")
    assert printed.rstrip().endswith(b"%%EOF")


def in_word(made):
    return Document(io.BytesIO(paper.for_word(made)))


def test_word_document_has_headings_tables_and_what_is_missing():
    document = in_word(some_paper())

    said = [(one.style.name, one.text) for one in document.paragraphs if one.text]
    assert said[:6] == [
        ("Title", "A paper"),
        ("Quiet", "Scorer 3, revision 2, as of 2026-11-24T12:00:00+00:00"),
        ("Normal", "Note."),
        ("Quiet", "Source: Source."),
        ("Normal", "1 filled, 1 partly, 1 gap"),
        ("Heading 1", "1(a)  Title 1(a)"),
    ]
    assert ("List Bullet", "Räksmörgås: <b>not bold</b> *not slanted*") in said
    assert ("Normal", "Second # line") in said
    assert ("State partly", "Missing: the commit. Answers for it: Risk (the risk officer).") in said
    assert ("State gap", "Gap, Article 9") in said
    assert ("State gap", "Nothing here can be collected. Answers for it: Risk (nobody has this role).") in said
    [table] = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Name", "Value | unit"], ["a|b", "1\n2"], ["x" * 300, "Σ ≥ 0.95"],
    ]  # fmt: skip
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert document.core_properties.created.isoformat() == "2026-11-24T12:00:00+00:00"


def test_word_document_holds_what_xml_does_not():
    facts = Facts([Fact("Bell\x07", "a\x00b\ufffe\x1b[0m\t& <w:p/>")])
    document = in_word(replace(some_paper(), title="\x01", paragraphs=[paragraph("1", [facts, Text("\x0b\x0c")])]))

    assert "Bell�: a�b��[0m\t& <w:p/>" in [one.text for one in document.paragraphs]


def test_word_document_of_two_thousand_rows_is_made_in_seconds():
    table = Table(["A", "B", "C", "D", "E"], [[str(row)] * 5 for row in range(2000)])
    began = time.monotonic()
    made = paper.for_word(replace(some_paper(), paragraphs=[paragraph("1", [table])]))

    assert time.monotonic() - began < 20
    assert len(Document(io.BytesIO(made)).tables[0].rows) == 2001


@pytest.fixture
def unpacked(tmp_path):
    with zipfile.ZipFile(io.BytesIO(paper.bundled(some_paper(), {"card/card.json": b"{}"}, files.seal()))) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def verify(folder, *arguments):
    """By another Python without anything installed: isolated, and without site-packages."""
    call = [sys.executable, "-I", "-S", "verify.py", *arguments]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


def test_bundle_verifies_itself(unpacked):
    named = json.loads((unpacked / "manifest.json").read_text())["files"]

    assert set(named) == {
        "document.md", "document.pdf", "document.docx", "document.json",
        "evidence/1-a.json", "evidence/2.json", "evidence/3.json",
        "card/card.json", "verify.py",
    }  # fmt: skip
    key = json.loads((unpacked / "manifest.json").read_text())["key"]
    assert key == ledger.public_key()
    said = f"9 files are as the manifest says, signed by {key} (compare it with the instance's)\n"
    assert verify(unpacked).stdout == said
    assert verify(unpacked, "--key", key).stdout == "9 files are as the manifest says, signed by the key given\n"
    assert json.loads((unpacked / "evidence/2.json").read_text())["missing"] == ["the commit"]


def change_a_file(folder):
    (folder / "document.md").write_text("Another")
    return "document.md: changed\n"


def remove_a_file(folder):
    (folder / "evidence/2.json").unlink()
    return "evidence/2.json: missing\n"


def add_a_file(folder):
    (folder / "evidence/9.json").write_text("{}")
    return "evidence/9.json: not in the manifest\n"


@pytest.mark.parametrize("tamper", [change_a_file, remove_a_file, add_a_file])
def test_bundle_that_was_tampered_with_is_found(unpacked, tamper):
    said = tamper(unpacked)
    done = verify(unpacked)

    assert (done.returncode, done.stdout) == (1, said)


def test_manifest_of_another_digest_is_found(unpacked):
    done = verify(unpacked, "0" * 64)

    assert (done.returncode, done.stdout) == (1, "manifest.json: its SHA-256 is another\n")


def sign_anew(folder):
    """By somebody who has no secret of the instance."""
    stranger = Ed25519PrivateKey.generate()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["key"] = stranger.public_key().public_bytes_raw().hex()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "manifest.sig").write_text(stranger.sign((folder / "manifest.json").read_bytes()).hex())
    return manifest["key"]


def test_manifest_signed_by_another_is_found_with_the_key_of_the_instance(unpacked):
    key = sign_anew(unpacked)

    assert verify(unpacked).returncode == 0, "against itself only"
    done = verify(unpacked, "--key", ledger.public_key())
    assert (done.returncode, done.stdout) == (1, f"manifest.json: it was signed by another key, {key}\n")


@pytest.mark.parametrize("signature", ["", "00" * 64])
def test_signature_that_does_not_hold_is_found(unpacked, signature):
    (unpacked / "manifest.sig").write_text(signature)
    done = verify(unpacked)

    assert (done.returncode, done.stdout) == (1, "manifest.json: its signature does not hold\n")


def removed(path):
    path.unlink()


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[:40])


def filled_with_bytes(path):
    path.write_bytes(b"\xff\x00\xfe")


def filled_with_a_list(path):
    path.write_text("[1]")


def filled_with_a_nest(path):
    path.write_text("[" * 100_000)


MISSING = "it cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("name", "harm", "said"),
    [
        ("manifest.json", removed, f"manifest.json: {MISSING}"),
        *(
            ("manifest.json", harm, "manifest.json: it is damaged")
            for harm in (emptied, cut, filled_with_bytes, filled_with_a_list, filled_with_a_nest)
        ),
        ("manifest.sig", removed, f"manifest.sig: {MISSING}"),
        ("manifest.sig", filled_with_bytes, "manifest.sig: it is damaged"),
    ],
)
def test_what_is_damaged_or_missing_is_told_in_one_line(unpacked, name, harm, said):
    harm(unpacked / name)

    done = verify(unpacked)

    assert (done.returncode, done.stdout, done.stderr) == (1, f"{said}\n", "")


def test_changed_manifest_breaks_its_signature(unpacked):
    manifest = unpacked / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"made_at"', '"made_At"'))

    assert "its signature does not hold" in verify(unpacked).stdout


def test_same_paper_gives_the_same_documents():
    with patch("time.localtime", return_value=time.struct_time((2020, 1, 2, 3, 4, 5, 3, 2, 0))):
        first = paper.bundled(some_paper(), {}, files.seal())

    assert paper.bundled(some_paper(), {}, files.seal()) == first
