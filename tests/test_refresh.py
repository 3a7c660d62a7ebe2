"""Which tag a pinned image moves to, among those that its repository has."""

from __future__ import annotations

import datetime

import pytest

from hardener.images.registry.image import Image
from hardener.images.versions import Step
from hardener.refresh import newest_tag

TODAY = datetime.date(2026, 9, 1)
PYTHON = ("3.8.20", "3.12.1", "3.12.9", "3.13.2", "3.14.7", "3.14.7-slim", "3.15.0rc1", "latest")


@pytest.mark.parametrize(
    ("repository", "tag", "tags", "step", "expected"),
    [
        pytest.param("library/python", "3.12.1", PYTHON, Step.PATCH, "3.12.9", id="patch"),
        pytest.param("library/python", "3.12.1", PYTHON, Step.MINOR, "3.14.7", id="minor"),
        pytest.param("library/python", "3.14.7", PYTHON, Step.MAJOR, "3.14.7", id="newest-already"),
        pytest.param("library/python", "3.14-slim", PYTHON, Step.MAJOR, "3.14-slim", id="floats"),
        pytest.param("library/python", "latest", PYTHON, Step.MAJOR, "latest", id="no-version"),
        pytest.param("library/python", "3.12.1", (), Step.MAJOR, "3.12.1", id="no-tags"),
        pytest.param(
            "library/python", "3.7.1", ("3.7.17", "3.8.20"), Step.MINOR, "3.7.17", id="ended-line"
        ),
        pytest.param(
            "library/node", "24.1.0", ("24.9.1", "25.1.0"), Step.PATCH, "24.9.1", id="one-number"
        ),
        pytest.param(
            "library/debian",
            "trixie-20260101-slim",
            ("trixie-20260803-slim", "forky-20260901-slim", "trixie-20260901"),
            Step.MAJOR,
            "trixie-20260803-slim",
            id="date",
        ),
        pytest.param(
            "someone/app", "1.2.3", ("1.2.10", "1.3.0", "2.0.0"), Step.PATCH, "1.2.10", id="unknown"
        ),
    ],
)
def test_a_pin_moves_as_far_as_asked_and_to_no_line_that_ended(
    repository: str, tag: str, tags: tuple[str, ...], step: Step, expected: str
) -> None:
    image = Image("docker.io", repository, tag, None)

    assert newest_tag(image, tags, step, TODAY) == expected
