"""pin-base-image: what it leaves alone, and what it rewrites."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.images.pins import Pin
from hardener.images.registry.image import Image, image_of
from hardener.pipeline import harden
from hardener.project.callers import find_callers
from hardener.settings import Settings
from tests.transforms.cases import TODAY, Case, cases, check


@pytest.mark.parametrize("case", cases("pin-base-image", rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("pin-base-image", rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        pytest.param(
            "    platform: ${PLATFORM:-linux/arm64}\n",
            ", for linux/amd64; compose.yaml:2 may ask for more: it depends on PLATFORM)",
            id="variable",
        ),
        pytest.param("    platform: linux/amd64\n", "image alone, for linux/amd64)", id="clear"),
    ],
)
def test_what_is_unclear_of_platforms_is_said(tmp_path: Path, caller: str, words: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM acme/base:1.2.3\n")
    (tmp_path / "compose.yaml").write_text(f"services:\n  app:\n    build: .\n{caller}")
    image = image_of("acme/base:1.2.3")
    assert isinstance(image, Image)

    hardened = harden(
        "FROM acme/base:1.2.3\n",
        Settings(only=("pin-base-image",)),
        today=TODAY,
        pins={image: Pin(None, f"sha256:{'a' * 64}", False, ("linux/amd64",))},
        usage=find_callers(tmp_path).usage_of(tmp_path / "Dockerfile"),
    )

    assert hardened.changed
    assert hardened.changes[0].text.endswith(words)
