"""An open page as a browser keeps it current: the fragments that care for an event are fetched again and put in place.

The same rules as assets/js/live.js, on a tree of the page's elements.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client

from core.models import Event

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# A time counts by itself; what a form offers is as its page was loaded, and the server checks what it sends.
_OWN = ("time", "select", "datalist", "dialog")
# So does a span of what has not ended, as `lasted` tells it.
_SPAN = re.compile(r"under 1 m|(\d+ h )?\d+ m")
# What differs between two loads of the same page: tokens, the position in the log, who moved a card just now.
_ALWAYS_NEW = {"data-seq", "nonce", "datetime", "title", "data-by"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Node]":
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.open[-1].children.append(text)


def read(html: str) -> Node:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


def main_of(html: str) -> str:
    """What the page is about, without the frame around it: the frame of every page is the same."""
    start = html.index("<main ")
    assert 'id="main"' in html[start : html.index(">", start)]
    return html[start : html.index("</main>", start) + len("</main>")]


def asked_again(fragment: Node, client: Client) -> str:
    """What the server answers when the browser fetches a fragment."""
    url = fragment.attributes["hx-get"]
    answer = client.get(url, headers={"HX-Request": "true", "HX-Target": fragment.id})
    assert answer.status_code in (200, 204), f"{url} answers {answer.status_code}"
    return answer.content.decode()


def taken(answer: str, fragment: Node) -> list[Node]:
    """What of the answer takes the fragment's place, and what else is put in its own place beside it."""
    found = [child for child in read(answer).children if isinstance(child, Node)]
    if selected := fragment.attributes.get("hx-select"):
        return [node for node in [_with_id(Node("page", children=list(found)), selected[1:])] if node]
    return found


def kept_current(page: Node, events: Sequence[Event], client: Client, whole: Mapping[str, str]) -> Node:
    """What the page is about, after a browser that had it open has heard of these events. `whole` are the pages as they
    are loaded now: what a fragment that is taken from its whole page is taken from."""
    for fragment in fragments(page):
        if not _stands_in(page, fragment) or not any(_cares(fragment, event) for event in events):
            continue
        is_whole = "hx-select" in fragment.attributes
        answer = whole.get(fragment.attributes["hx-get"], "") if is_whole else ""
        fetched = taken(answer or asked_again(fragment, client), fragment)
        beside = [node for node in fetched if "hx-swap-oob" in node.attributes]
        _replace(page, fragment, [node for node in fetched if node not in beside])
        for node in beside:
            _replace(page, _with_id(page, node.id), [node])
    return page


def differences(one: Node, other: Node, path: str = "") -> Iterator[str]:
    """Where two pages differ, outermost first, each with the nearest id above it."""
    if one.tag == other.tag and one.tag in _OWN:
        return
    here = f"{path} #{one.id}" if one.id else path
    if one.tag != other.tag:
        yield f"{here or one.tag}: <{one.tag}> where <{other.tag}> belongs"
    elif (mine := _told(one)) != (theirs := _told(other)):
        wrong = {name: (mine.get(name), theirs.get(name)) for name in mine.keys() | theirs.keys()}
        told = {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
        yield f"{here} <{one.tag}>: {told}"
    elif len(one.children) != len(other.children):
        yield f"{here} <{one.tag}>: {_brief(one)} where {_brief(other)} belongs"
    else:
        for mine_child, their_child in zip(one.children, other.children, strict=True):
            if isinstance(mine_child, Node) and isinstance(their_child, Node):
                yield from differences(mine_child, their_child, here)
            elif mine_child != their_child and not (_goes_on(mine_child) and _goes_on(their_child)):
                yield f"{here} <{one.tag}>: {_brief(mine_child)} where {_brief(their_child)} belongs"


def fragments(page: Node) -> list[Node]:
    return [node for node in page.walk() if "data-live" in node.attributes and node.attributes.get("hx-get")]


def _cares(fragment: Node, event: Event) -> bool:
    if not any(event.type.startswith(prefix) for prefix in fragment.attributes["data-live"].split()):
        return False
    wanted = fragment.attributes.get("data-live-subject", "").split()
    about = f"{event.subject_type}:{event.subject_id}"
    return about in wanted or event.subject_type not in {one.split(":")[0] for one in wanted}


def _goes_on(child: "Node | str") -> bool:
    return isinstance(child, str) and bool(_SPAN.fullmatch(child))


def _stands_in(page: Node, wanted: Node) -> bool:
    return any(node is wanted for node in page.walk())


def _with_id(page: Node, wanted: str) -> Node | None:
    return next((node for node in page.walk() if node.id == wanted), None)


def _replace(page: Node, old: Node | None, new: Sequence[Node]) -> None:
    for node in page.walk():
        for place, child in enumerate(node.children):
            if child is old:
                node.children[place : place + 1] = new
                return


def _told(node: Node) -> dict[str, str]:
    """What its attributes say: not what differs between two loads of one page."""
    said = {name: " ".join(value.split()) for name, value in node.attributes.items() if name not in _ALWAYS_NEW}
    if node.tag == "meta" or said.get("name") in ("csrfmiddlewaretoken", "idempotency_key", "once"):
        said.pop("content", None)
        said.pop("value", None)
    said.pop("hx-swap-oob", None)
    return {name: re.sub(r"csrf\w*=\w+", "", value) for name, value in said.items()}


def _brief(node: "Node | str") -> str:
    text = node if isinstance(node, str) else f"<{node.tag}> " + " ".join(_texts(node))
    return repr(text[:160])


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)
