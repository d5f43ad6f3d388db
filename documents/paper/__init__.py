"""Documents of a project: paragraphs that evidence fills, and what is missing said as plainly as what is there.

A mapping file names a document's paragraphs and the evidence that each asks for; what evidence answers becomes blocks.
The same paper is written as Markdown, as PDF, for Word, or as a ZIP with its evidence.
"""

from documents.paper.blocks import Answer, Block, Fact, Facts, Paper, Paragraph, State, Table, Text
from documents.paper.bundle import VERIFIER, Seal, bundled
from documents.paper.files import for_word, printed
from documents.paper.mapping import Asked, BadMapping, Mapping, read
from documents.paper.writing import written

__all__ = [
    "VERIFIER",
    "Answer",
    "Asked",
    "BadMapping",
    "Block",
    "Fact",
    "Facts",
    "Mapping",
    "Paper",
    "Paragraph",
    "Seal",
    "State",
    "Table",
    "Text",
    "bundled",
    "for_word",
    "printed",
    "read",
    "written",
]
