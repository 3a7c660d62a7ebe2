"""The stages that a build needs, as BuildKit finds them."""

from __future__ import annotations

import pytest

from hardener.dockerfile.needed import stages_needed
from hardener.dockerfile.parse import parse

TEXT = """\
ARG WHICH
ARG KIND=one
FROM a AS one
FROM b AS two
FROM one AS three
RUN --mount=type=bind,from=two,target=/x --mount=type=cache,target=/y true
FROM c AS four
COPY --from=0 /a /a
COPY --from=image:1 /a /a
FROM ${WHICH} AS five
FROM ${KIND} AS six
FROM d
"""


@pytest.mark.parametrize(
    ("stage", "needed"),
    [
        pytest.param(0, {0}, id="alone"),
        pytest.param(2, {0, 1, 2}, id="built-on-one-and-mounts-another"),
        pytest.param(3, {0, 3}, id="copies-by-number-and-from-an-image"),
        pytest.param(4, {0, 1, 2, 3, 4}, id="whatever-the-caller-says"),
        pytest.param(5, {0, 5}, id="by-the-default-of-an-argument"),
        pytest.param(6, {6}, id="the-last-needs-no-other"),
    ],
)
def test_what_a_stage_needs(stage: int, needed: set[int]) -> None:
    dockerfile = parse(TEXT)

    assert stages_needed(dockerfile, dockerfile.stages[stage]) == needed
