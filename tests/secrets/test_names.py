"""Names of variables that hold secrets, and those that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.secrets.names import is_public_by_design, is_secret_name, readers_of
from tests.transforms.cases import CASES

NAMES = CASES / "secret-names"


@pytest.mark.parametrize("name", (NAMES / "secret.txt").read_text().split())
def test_is_a_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", (NAMES / "harmless.txt").read_text().split())
def test_only_looks_like_one(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["REACT_APP_API_KEY", "VITE_TOKEN", "NEXT_PUBLIC_SECRET", "EXPO_PUBLIC_API_KEY"]
)
def test_frameworks_publish_it(name: str) -> None:
    assert is_public_by_design(name)


def test_readers_are_known_by_the_name() -> None:
    assert {"npm", "yarn", "pnpm"} <= readers_of("NPM_TOKEN").programs
    assert readers_of("NPM_TOKEN").build
    assert "pip" in readers_of("PIP_EXTRA_INDEX_URL").programs
    assert readers_of("DB_PASSWORD").programs == frozenset()
    assert not readers_of("GITHUB_TOKEN").build


@given(st.text(max_size=80))
def test_any_text_is_judged(name: str) -> None:
    assert is_secret_name(name) in (True, False)
