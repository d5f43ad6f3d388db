"""Markdown that people and clients wrote, as HTML that cannot do anything.

No HTML passes through (`<script>` comes out as text), links lead only to addresses that are not scripts, and pictures
are not loaded from elsewhere: they stay as links. `![What it shows](attachment:12)` is a picture that is attached here.
"""

import re

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MOST = 64 * 1024
"""Characters that are rendered; what follows them is left out."""
MOST_BRACKETS = 1000
"""Opening brackets up to which links are looked for: each looks through all that follows it."""


def prose(text: str, attachments: str = "") -> SafeString:
    """CommonMark with tables and strike-through, as HTML for an element of class `prose`. `attachments` is the address
    below which `attachment:12` lies; without it such a reference leads nowhere.
    """
    text = text[:MOST]
    return mark_safe(_reader_of(text).render(text, {"attachments": attachments}))


def attached(text: str) -> set[int]:
    """The numbers that the text names as `attachment:12`."""
    return {int(number) for number in _REFERENCE.findall(text)}


def mentioned(text: str) -> list[str]:
    """The user names that stand as @name in the text, in small letters, each once: not in code, not in addresses."""
    text = text[:MOST]
    blocks = _reader_of(text).parse(text)
    words = [one.content for block in blocks for one in block.children or [] if one.type == "text"]
    names = [found.rstrip("._-").lower() for one in words for found in _MENTION.findall(one)]
    return list(dict.fromkeys(names))


_REFERENCE = re.compile(r"attachment:([0-9]{1,18})\b")
_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(attachment:([0-9]{1,18})\)")
_MENTION = re.compile(r"(?<![\w@/.+-])@(\w[\w.-]{0,149})")


def _reader() -> MarkdownIt:
    reader = MarkdownIt("js-default", {"html": False}).disable("image")
    reader.inline.ruler.before("link", "picture", _picture)
    reader.add_render_rule("picture", _shown)
    reader.add_render_rule("link_open", _outward)
    reader.add_render_rule("text", _text)
    return reader


def _text(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """As it was, with @names marked."""
    return _MENTION.sub(_marked, escapeHtml(tokens[index].content))


def _marked(found: re.Match[str]) -> str:
    name = found[1].rstrip("._-")
    return f'<span class="mention">@{name}</span>{found[1][len(name) :]}'


def _picture(state: StateInline, silent: bool) -> bool:
    found = _PICTURE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("picture", "img", 0)
        token.content, token.meta = found[1], {"number": found[2]}
    state.pos = found.end()
    return True


def _shown(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    said, number = escapeHtml(tokens[index].content), tokens[index].meta["number"]
    if not env.get("attachments"):
        return said
    return f'<img src="{escapeHtml(env["attachments"])}{number}/" alt="{said}" loading="lazy">'


def _outward(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A link that tells the other side nothing, and gains it nothing."""
    href = str(tokens[index].attrGet("href"))
    if found := _REFERENCE.fullmatch(href):
        tokens[index].attrSet("href", f"{env['attachments']}{found[1]}/" if env.get("attachments") else "#")
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


def _reader_of(text: str) -> MarkdownIt:
    return _READER if text.count("[") <= MOST_BRACKETS else _READER_WITHOUT_LINKS


_READER = _reader()
_READER_WITHOUT_LINKS = _reader().disable(["link", "reference"])
