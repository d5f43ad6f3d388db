"""Markdown that people and clients wrote, as HTML that cannot do anything.

No HTML passes through (`<script>` comes out as text), links lead only to addresses that are not scripts, and pictures
are not loaded from elsewhere: they stay as links.
"""

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MOST = 64 * 1024
"""Characters that are rendered; what follows them is left out."""


def prose(text: str) -> SafeString:
    """CommonMark with tables and strike-through, as HTML for an element of class `prose`."""
    return mark_safe(_READER.render(text[:MOST]))


def _reader() -> MarkdownIt:
    reader = MarkdownIt("js-default", {"html": False}).disable("image")
    reader.add_render_rule("link_open", _outward)
    return reader


def _outward(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A link that tells the other side nothing, and gains it nothing."""
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


_READER = _reader()
