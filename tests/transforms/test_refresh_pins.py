"""refresh: which pins it leaves alone, and which it moves."""

from __future__ import annotations

import pytest

from hardener.transforms.refresh_pins import REFRESH
from tests.transforms.cases import Case, cases, check


@pytest.mark.parametrize("case", cases("refresh", rewritten=False, transforms=(REFRESH,)))
def test_left_alone(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("refresh", rewritten=True, transforms=(REFRESH,)))
def test_rewritten(case: Case) -> None:
    check(case)
