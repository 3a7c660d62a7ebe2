"""copy-instead-of-add: what it leaves alone, and what it rewrites."""

from __future__ import annotations

import pytest

from tests.transforms.cases import Case, cases, check


@pytest.mark.parametrize("case", cases("copy-instead-of-add", rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("copy-instead-of-add", rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)
