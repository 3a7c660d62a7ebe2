"""Whether two patterns can mean the same path is never denied where they do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.project.ignorefile import parse_ignore_file
from hardener.project.overlap import relations, segments


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("dist", "dist", {"equal", "covers"}, id="the same path"),
        pytest.param("dist", "dist/app.js", {"covers"}, id="a folder and what is in it"),
        pytest.param("src/vendor", "src", {"inside"}, id="something in a folder"),
        pytest.param("node_modules", "src", set(), id="beside each other"),
        pytest.param("**/vendor", "src", {"inside"}, id="at any depth of a folder"),
        pytest.param("target", "target/*.jar", {"covers"}, id="the folder of a glob"),
        pytest.param("**/*.log", "package*.json", {"inside"}, id="endings that differ"),
        pytest.param("*.log", "package*.json", set(), id="endings that differ, in one folder"),
        pytest.param(".env.*", ".env.example", {"equal", "covers"}, id="a glob that fits"),
        pytest.param("[ab]x", "ax", {"equal", "covers"}, id="a class counts as any character"),
        pytest.param(r"\*", "a", set(), id="a star behind a backslash is a star"),
    ],
)
def test_relations(first: str, second: str, expected: set[str]) -> None:
    assert relations(segments(first), segments(second)) == expected


NAMES = st.text("ab*?", min_size=1, max_size=3).filter(lambda name: "**" not in name)
PATTERNS = st.lists(st.one_of(NAMES, st.just("**")), min_size=1, max_size=3).filter(
    lambda parts: parts[-1] != "**"
)
PATHS = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


def matches(pattern: list[str], path: str) -> bool:
    """Docker's own reading of a pattern, for the path itself."""
    (line,) = parse_ignore_file("/".join(pattern).encode()).patterns
    return bool(line.comparison.matches(path))


def heads(path: str) -> list[str]:
    """The path and the folders it is in."""
    return [path[: found.start()] for found in re.finditer("/|$", path)]


@given(PATTERNS, PATTERNS, PATHS)
def test_no_meeting_is_missed(first: list[str], second: list[str], path: str) -> None:
    found = relations(first, second)
    if matches(first, path) and matches(second, path):
        assert {"equal", "covers"} <= found
    if matches(second, path) and any(matches(first, head) for head in heads(path)):
        assert "covers" in found
    if matches(first, path) and any(matches(second, head) for head in heads(path)[:-1]):
        assert "inside" in found


@given(st.text(max_size=600), st.text(max_size=600))
def test_any_text_is_compared(first: str, second: str) -> None:
    relations(segments(first), segments(second))


def test_long_patterns_end() -> None:
    long = "*a" * 5000
    assert relations(segments(long), segments("a" * 5000))
    assert relations(segments("/".join("a" * 9000)), segments("**/a"))
