"""Which letters of a title were looked for."""

import re
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def marked(title: str, words: Sequence[str]) -> SafeString:
    """The title as HTML, with the words in it marked."""
    if not words:
        return format_html("{}", title)
    longest = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(longest)})", title, flags=re.IGNORECASE)
    shown = (
        format_html("<mark>{}</mark>", piece) if at % 2 else format_html("{}", piece) for at, piece in enumerate(pieces)
    )
    return format_html_join("", "{}", ((piece,) for piece in shown))
