"""A document as PDF, in pure Python."""

from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import FontFace

from documents.paper.blocks import TONES, Block, Facts, Paper, Paragraph, Table, Text
from documents.paper.writing import STATES, lacks

_SIZE, _LINE = 10, 5.2
_QUIET, _INK = (95, 100, 110), (20, 24, 32)


def printed(paper: Paper) -> bytes:
    """A4, with the document's name and the page's number below; the same paper gives the same bytes."""
    pdf = _Sheets(paper)
    pdf.add_page()
    pdf.say(paper.title, size=20, style="B", line=9)
    pdf.say(paper.lead, tone=_QUIET)
    pdf.ln(2)
    pdf.say(paper.note)
    pdf.say(f"Source: {paper.source}", tone=_QUIET)
    pdf.say(paper.counted, style="B")
    for one in paper.paragraphs:
        _paragraph(pdf, one)
    return bytes(pdf.output())


class _Sheets(FPDF):
    """DejaVu holds every letter of Europe; matplotlib, which mlflow brings, ships it."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self._below = f"{paper.title}, {paper.subject}"
        self.set_title(paper.title)
        self.set_author("Throughline")
        self.set_creation_date(paper.moment)
        self.set_margins(18, 16)
        self.set_auto_page_break(True, 18)
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font("DejaVu", style, _fonts() / name)
        self.set_font("DejaVu", size=_SIZE)

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("DejaVu", size=8)
        self.set_text_color(*_QUIET)
        self.cell(0, 5, f"{self._below}, page {self.page_no()}", align="C")

    def say(
        self,
        text: str,
        *,
        size: float = _SIZE,
        style: str = "",
        line: float = _LINE,
        tone: tuple[int, int, int] = _INK,
    ) -> None:
        self.set_font("DejaVu", style, size)
        self.set_text_color(*tone)
        self.multi_cell(
            0,
            line,
            text,
            new_x="LMARGIN",
            new_y="NEXT",
            align="L",
        )


def _paragraph(pdf: _Sheets, one: Paragraph) -> None:
    pdf.ln(4)
    pdf.say(f"{one.number}  {one.title}", size=13, style="B", line=7)
    pdf.say(STATES[one.state] + (f", {one.cites}" if one.cites else ""), size=8.5, tone=TONES[one.state])
    for block in one.blocks:
        pdf.ln(1.5)
        _block(pdf, block)
    if one.missing or one.state == "gap":
        pdf.ln(1.5)
        pdf.say(lacks(one), tone=TONES[one.state])


def _block(pdf: _Sheets, block: Block) -> None:
    match block:
        case Facts(rows):
            for one in rows:
                pdf.say(f"{one.label}: {one.value}")
        case Table(head, rows):
            pdf.set_font("DejaVu", size=8)
            pdf.set_text_color(*_INK)
            bold = FontFace(emphasis="BOLD", fill_color=(238, 240, 244))
            with pdf.table(headings_style=bold, line_height=4.4, text_align="LEFT") as table:
                for cells in (head, *rows):
                    row = table.row()
                    for cell in cells:
                        row.cell(cell)
        case Text(text):
            pdf.say(text)


def _fonts() -> Path:
    found = find_spec("matplotlib")
    assert found is not None, "mlflow brings matplotlib"
    return Path(next(iter(found.submodule_search_locations or []))) / "mpl-data" / "fonts" / "ttf"
