"""Wildcards match as the regular expressions that BuildKit makes of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.wildcard import PatternError, remove_prefix, remove_suffix, replace

VALUES = st.text("ab.", max_size=8)
PATTERNS = st.lists(st.sampled_from(["a", "b", ".", "*", "?", r"\*", "ab"]), max_size=5).map(
    "".join
)


def expression(pattern: str, *, greedy: bool) -> str:
    """The regular expression that means the same."""
    stars = {"*": ".*" if greedy else ".*?", "?": "."}
    tokens = re.findall(r"\\.|.", pattern)
    return "".join(stars.get(token) or re.escape(token[-1]) for token in tokens)


@given(PATTERNS, VALUES, st.booleans())
def test_prefix(pattern: str, value: str, longest: bool) -> None:
    found = re.match(expression(pattern, greedy=longest), value)
    rest = value[found.end() :] if found else value
    assert remove_prefix(pattern, value, longest=longest) == rest


@given(PATTERNS, VALUES, st.booleans())
def test_suffix(pattern: str, value: str, longest: bool) -> None:
    whole = re.compile(f"(?:{expression(pattern, greedy=True)})\\Z")
    # every place where the end of the value matches from there on
    starts = [start for start in range(len(value) + 1) if whole.match(value, start)]
    rest = value[: min(starts) if longest else max(starts)] if starts else value
    assert remove_suffix(pattern, value, longest=longest) == rest


@given(PATTERNS, VALUES)
def test_replace_first(pattern: str, value: str) -> None:
    found = re.search(expression(pattern, greedy=True), value)
    replaced = f"{value[: found.start()]}<$0>{value[found.end() :]}" if found else value
    assert replace(pattern, "<$0>", value, every=False) == replaced


@given(PATTERNS.filter(lambda pattern: pattern.strip("*")), VALUES)
def test_replace_every(pattern: str, value: str) -> None:
    replaced = re.sub(expression(pattern, greedy=True), lambda found: f"<{found[0]}>", value)
    assert replace(pattern, "<$0>", value, every=True) == replaced


@pytest.mark.parametrize(
    ("pattern", "value", "replaced"),
    [
        pytest.param("", "ab", "xaxbx", id="nothing matches between characters"),
        pytest.param("*", "ab", "x", id="an empty match behind another is left out"),
        pytest.param("*", "", "x", id="an empty value"),
    ],
)
def test_replace_every_empty_match(pattern: str, value: str, replaced: str) -> None:
    assert replace(pattern, "x", value, every=True) == replaced


@pytest.mark.parametrize("pattern", [r"\a", "a\\", r"*\.", r"?\["])
def test_needless_escape_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        remove_prefix(pattern, "a", longest=False)
    with pytest.raises(PatternError):
        replace(pattern, "", "a", every=True)
