"""split-stages: cases as folders, and what has to hold on every real Dockerfile."""

from __future__ import annotations

import pytest

from tests.transforms.cases import Case, cases, check

NAME = "split-stages"


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases(NAME, rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)
