"""Deliberately wrong hardening is caught, and the right transform blamed, with a real engine.

Each case is a folder of tests/cases/verify that can be opened and read.
"""

from __future__ import annotations

import pytest

from hardener.verify.bench import Options
from hardener.verify.outcome import Outcome
from hardener.verify.proof import verify_file
from hardener.verify.recipe import recipe_for
from hardener.verify.run import Watch
from hardener.verify.session import Session
from tests.verify.casefolder import Case, case_names

pytestmark = pytest.mark.engine


def outcome_of(case: Case, found: Session) -> Outcome:
    """Verify one case as its case.toml says."""
    expected = case.expected
    watch = Watch(
        up_for=expected.get("up_for", 0.5),
        ends_within=20.0,
        disk=expected.get("disk_mib", 256) << 20,
    )
    recipe = recipe_for(case.dockerfile, case.dockerfile.parent)
    options = Options(build_network="host", build_seconds=120.0, watch=watch)
    return verify_file(found, recipe, case, options)


@pytest.mark.parametrize("name", case_names())
def test_case(name: str, bench_session: Session) -> None:
    case = Case(name)
    outcome = outcome_of(case, bench_session)
    expected = case.expected
    told = "\n".join(
        [outcome.headline, outcome.reason, *(f"{d.field}: {d.text}" for d in outcome.differences)]
    )
    assert str(outcome.verdict) == expected["verdict"], told
    assert [found.field for found in outcome.counted] == expected.get("fields", []), told
    announced = [found.field for found in outcome.differences if found.announced]
    if "announced" in expected:
        assert announced == expected["announced"], told
    texts = [found.text for found in outcome.counted]
    assert any(expected.get("text", "") in text for text in texts or [""]), told
    assert expected.get("reason", "") in outcome.reason, told
    assert list(outcome.blamed) == expected.get("blamed", []), told
    assert outcome.builds <= expected.get("builds", 8), told
    if expected.get("secret_before"):
        assert outcome.before is not None
        assert outcome.before.image is not None
        assert outcome.before.image.sightings
