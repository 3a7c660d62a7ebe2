"""The transforms to blame are found, with few questions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.verify.blame import culprits


class Asked:
    """A failure that is there as long as one of the guilty is."""

    def __init__(self, guilty: set[str]) -> None:
        self.guilty = guilty
        self.questions: list[frozenset[str]] = []

    def __call__(self, left_out: frozenset[str]) -> bool:
        self.questions.append(left_out)
        return bool(self.guilty - left_out)


NAMES = [f"t{number}" for number in range(12)]


@given(
    names=st.integers(1, 12).map(lambda count: NAMES[:count]),
    data=st.data(),
)
def test_all_and_only_the_guilty(names: list[str], data: st.DataObject) -> None:
    guilty = data.draw(st.sets(st.sampled_from(names), min_size=1))
    suspects = data.draw(st.lists(st.sampled_from(names), max_size=2))
    asked = Asked(guilty)
    assert set(culprits(names, asked, suspects)) == guilty
    assert len(asked.questions) <= 1 + len(guilty) * (1 + math.ceil(math.log2(len(names) + 1)))


@pytest.mark.parametrize(
    ("names", "guilty", "suspects", "questions"),
    [
        pytest.param(["a"], {"a"}, [], 0, id="only one"),
        pytest.param(["a", "b", "c"], {"b"}, ["b"], 1, id="the suspect"),
        pytest.param(["a", "b", "c", "d"], {"c"}, [], 3, id="halving and making sure"),
    ],
)
def test_number_of_builds(
    names: list[str], guilty: set[str], suspects: list[str], questions: int
) -> None:
    asked = Asked(guilty)
    assert set(culprits(names, asked, suspects)) == guilty
    assert len(asked.questions) == questions


def test_two_that_fail_only_together() -> None:
    """Leaving out either one is enough, and one is named."""

    def fails(left_out: frozenset[str]) -> bool:
        return not {"a", "c"} & left_out

    assert culprits(["a", "b", "c"], fails) == ("c",)
