"""The filter of our own pages and REST API: MLflow's comparisons, joined by AND, OR, NOT and parentheses.

`grammar` reads a text, `completion` says what could come next, `compiling` makes it a query.
"""

from experiments.filtering.completion import Names, Offer, offers
from experiments.filtering.grammar import KINDS, MAX_LENGTH, Unreadable, parse, quoted_name, quoted_text

__all__ = ["KINDS", "MAX_LENGTH", "Names", "Offer", "Unreadable", "offers", "parse", "quoted_name", "quoted_text"]
