"""Every text on every ground it stands on reaches WCAG AA, in both themes; computed from the tokens."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "assets/css/tokens.css").read_text()
TEXT, CONTROL = 4.5, 3.0

PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("bg", "surface", "sunken", "raised", "hover")
    ],
    *[("ink-2", "pill", TEXT), ("on-thread", "thread", TEXT), ("on-thread", "thread-strong", TEXT)],
    *[(tone, ground, TEXT) for tone in ("thread", "ok", "warn", "bad") for ground in ("bg", "surface", "raised")],
    *[(tone, f"{tone}-soft", TEXT) for tone in ("thread", "ok", "warn", "bad")],
    *[("ink", f"{tone}-soft", TEXT) for tone in ("thread", "ok", "warn", "bad")],
    *[("edge", ground, CONTROL) for ground in ("surface", "bg", "raised")],
    *[(f"c{n}", "surface", CONTROL) for n in range(1, 7)],
]


def colours(theme: int) -> dict[str, str]:
    both = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
    return {name: pair[theme] for name, *pair in both}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_pairs_reach_their_contrast(theme: int) -> None:
    known = colours(theme)
    poor = {
        f"{front} on {ground}": round(found, 2)
        for front, ground, needed in PAIRS
        if (found := contrast(known[front], known[ground])) < needed
    }
    assert poor == {}


def test_initials_can_be_read_on_every_face() -> None:
    faces = re.findall(r"--face-\d: (#[0-9a-f]{6})", TOKENS)
    assert len(faces) == 8
    assert [face for face in faces if contrast("#ffffff", face) < TEXT] == []
