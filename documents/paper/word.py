"""A document for Word: its headings, its tables and its header rows are Word's own, so that it can be worked on."""

import io
import re
import zipfile

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from documents.paper.blocks import TONES, Block, Facts, Paper, Paragraph, State, Table, Text
from documents.paper.writing import STATES, lacks

_QUIET, _HEAD_FILL = RGBColor(95, 100, 110), "EEF0F4"
_SHADES: dict[State, str] = {"filled": "EAF5EF", "partly": "FFF4DF", "gap": "FCE9EB"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_word(paper: Paper) -> bytes:
    """A4 as a .docx; the same paper gives the same bytes."""
    document = Document()
    _set_up(document, paper)
    document.add_paragraph(_clean(paper.title), "Title")
    document.add_paragraph(_clean(paper.lead), "Quiet")
    document.add_paragraph(_clean(paper.note))
    document.add_paragraph(_clean(f"Source: {paper.source}"), "Quiet")
    document.add_paragraph().add_run(paper.counted).bold = True
    for one in paper.paragraphs:
        _paragraph(document, one)
    return _packed(document, paper)


def _paragraph(document: WordDocument, one: Paragraph) -> None:
    document.add_heading(_clean(f"{one.number}  {one.title}"), 1)
    document.add_paragraph(_clean(STATES[one.state] + (f", {one.cites}" if one.cites else "")), _style(one.state))
    for block in one.blocks:
        _block(document, block)
    if one.missing or one.state == "gap":
        document.add_paragraph(_clean(lacks(one)), _style(one.state))


def _block(document: WordDocument, block: Block) -> None:
    match block:
        case Facts(rows):
            for one in rows:
                paragraph = document.add_paragraph(style="List Bullet")
                paragraph.add_run(_clean(f"{one.label}: ")).bold = True
                paragraph.add_run(_clean(one.value))
        case Table(head, rows):
            _table(document, head, rows)
        case Text(text):
            for line in filter(str.strip, text.splitlines()):
                document.add_paragraph(_clean(line))


def _table(document: WordDocument, head: list[str], rows: list[list[str]]) -> None:
    """The first row is repeated on every page that the table reaches."""
    style = document.styles["Cell"].style_id
    table = document.add_table(rows=1 + len(rows), cols=len(head), style="Table Grid")
    for row, values in zip(table.rows, (head, *rows), strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph._p.style = style  # by its id: to look it up by name for each cell takes nine tenths of the time
            paragraph.add_run(_clean(value))
    first = table.rows[0]
    for cell in first.cells:
        cell.paragraphs[0].runs[0].bold = True
        _fill(cell, _HEAD_FILL)
    _repeat(first)
    document.add_paragraph(style="Quiet")  # Word joins two tables that nothing parts


def _set_up(document: WordDocument, paper: Paper) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _clean(paper.title), "Throughline", ""
    properties.created = properties.modified = paper.moment
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(16)
    _add_style(document, "Quiet", size=9, tone=_QUIET)
    _add_style(document, "Cell", size=8).paragraph_format.space_after = Pt(0)
    for state, tone in TONES.items():
        _shade(_add_style(document, _style(state), size=9, tone=RGBColor(*tone)), _SHADES[state])
    below = section.footer.paragraphs[0]
    below.style = "Quiet"
    below.add_run(_clean(f"{paper.title}, {paper.subject}, page "))
    _add_page_number(below)


def _add_style(document: WordDocument, name: str, *, size: int, tone: RGBColor | None = None) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle), "it was asked for"
    style.base_style = document.styles["Normal"]
    style.font.size, style.font.color.rgb = Pt(size), tone
    return style


def _style(state: State) -> str:
    """The name of the style of what is in this state: whoever edits the document finds each gap by it."""
    return f"State {state}"


def _shade(style: ParagraphStyle, fill: str) -> None:
    style.element.get_or_add_pPr().append(_shading(fill))


def _fill(cell: _Cell, fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(_shading(fill))


def _shading(fill: str) -> BaseOxmlElement:
    found = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        found.set(qn(f"w:{name}"), value)
    return found


def _repeat(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _add_page_number(paragraph: WordParagraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _clean(text: str) -> str:
    """XML has no control characters; where somebody wrote one, there is a sign for it."""
    return _NOT_IN_XML.sub("�", text)


def _packed(document: WordDocument, paper: Paper) -> bytes:
    """Saved, with the document's moment on every part: the library writes the time of the clock."""
    saved, sink = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            archive.writestr(
                zipfile.ZipInfo(name, paper.moment.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED
            )
    return sink.getvalue()
