"""Promises about all templates: nothing inline, every icon exists, every one compiles."""

import json
import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template, render_to_string

from core import catalogue

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set(json.loads((ROOT / "assets/icons.json").read_text()))

INLINE = {
    "a style attribute": r"""\sstyle=["']""",
    "a style element": r"<style\b",
    "a script with its code in the page": r"<script(?![^>]*\bsrc=)",
    "an event handler": r"""\son[a-z]+=["']""",
    "htmx code": r"""\shx-on[:=]|hx-vals=["']js:""",
    "something from elsewhere": r"""\b(?:src|href)=["'](?:https?:)?//""",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_has_nothing_inline(path: Path) -> None:
    source = path.read_text()
    found = [what for what, pattern in INLINE.items() if re.search(pattern, source)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_compiles_and_its_icons_exist(path: Path) -> None:
    source = path.read_text()
    named = re.findall(r"""\{% icon "([\w-]+)\"""", source) + re.findall(r"""\bicon="([\w-]+)\"""", source)
    assert set(named) <= ICONS
    engines["django"].from_string(source)


def test_icons_of_the_tags_exist() -> None:
    source = "".join(path.read_text() for path in (ROOT / "core/components").glob("*.py"))
    assert set(re.findall(r"""_icon\("([\w-]+)\"""", source)) <= ICONS
    assert set(catalogue.ICONS) <= ICONS


def test_catalogue_renders() -> None:
    html = render_to_string("ui/catalogue.html", catalogue.context())
    assert "Design system" in html
    assert html.count("<figure") == 3


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "500"])
def test_error_page_needs_no_context(code: str) -> None:
    html = get_template(f"{code}.html").render()
    assert code[:3] in html
    assert "To the portfolio" in html
