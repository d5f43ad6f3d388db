"""Markdown that people and clients wrote, as HTML that cannot do anything.

No HTML passes through (`<script>` comes out as text), links lead only to addresses that are not scripts, and pictures
are not loaded from elsewhere: they stay as links.
"""

import re

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MOST = 64 * 1024
"""Characters that are rendered; what follows them is left out."""


def prose(text: str) -> SafeString:
    """CommonMark with tables and strike-through, as HTML for an element of class `prose`."""
    return mark_safe(_READER.render(text[:MOST]))


def mentioned(text: str) -> list[str]:
    """The user names that stand as @name in the text, in small letters, each once: not in code, not in addresses."""
    blocks = _READER.parse(text[:MOST])
    words = [one.content for block in blocks for one in block.children or [] if one.type == "text"]
    names = [found.rstrip("._-").lower() for one in words for found in _MENTION.findall(one)]
    return list(dict.fromkeys(names))


_MENTION = re.compile(r"(?<![\w@/.+-])@(\w[\w.-]{0,149})")


def _reader() -> MarkdownIt:
    reader = MarkdownIt("js-default", {"html": False}).disable("image")
    reader.add_render_rule("link_open", _outward)
    reader.add_render_rule("text", _text)
    return reader


def _text(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """As it was, with @names marked."""
    return _MENTION.sub(_marked, escapeHtml(tokens[index].content))


def _marked(found: re.Match[str]) -> str:
    name = found[1].rstrip("._-")
    return f'<span class="mention">@{name}</span>{found[1][len(name) :]}'


def _outward(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A link that tells the other side nothing, and gains it nothing."""
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


_READER = _reader()
