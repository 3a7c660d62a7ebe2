"""Callers change with the Dockerfiles that they build and run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handover.cases import Case, cases, check


@pytest.mark.parametrize("case", cases(rewritten=True))
def test_rewritten(case: Case, tmp_path: Path) -> None:
    check(case, case.copied(tmp_path))


@pytest.mark.parametrize("case", cases(rewritten=False))
def test_left_alone(case: Case, tmp_path: Path) -> None:
    check(case, case.copied(tmp_path))
