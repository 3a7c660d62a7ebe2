"""What is promised of every file holds too where registries have an answer for each image."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable

import pytest

from hardener.dockerfile.errors import DockerfileError
from hardener.files import decode, encode
from hardener.images.pins import Pin, Pins
from hardener.images.registry.image import Image
from hardener.pipeline import harden, images_asked
from hardener.settings import PinBy, Settings
from hardener.transforms.refresh_pins import REFRESH
from tests.buildkit import can_judge, instructions
from tests.conftest import CorpusFile

pytestmark = pytest.mark.corpus

TODAY = datetime.date(2026, 9, 1)
EXACT = "9.9.9-exact"


def answers(images: Iterable[Image], salt: str = "") -> Pins:
    """An answer for each image; a tag with the same digest for two of three."""
    pins: dict[Image, Pin] = {}
    for number, image in enumerate(images):
        digest = f"sha256:{hashlib.sha256(f'{image}{salt}'.encode()).hexdigest()}"
        tag = EXACT if number % 3 else image.tag
        pins[image] = Pin(tag, digest, platforms=("linux/amd64", "linux/arm64"))
    return pins


def without_pins(text: str) -> str:
    """The text without anything that could be a tag or a digest."""
    return re.sub(r"@sha256:[0-9a-f]{64}", "", re.sub(r"[:=\"'-][\w.-]+(?=@sha256:|\s)", "", text))


@pytest.mark.parametrize("pin", ["tag+digest", "digest", "tag"])
def test_pinning_breaks_nothing_and_is_done_once(
    accepted: tuple[CorpusFile, ...], pin: PinBy
) -> None:
    settings = Settings(only=("pin-base-image",), pin=pin)
    changed = 0
    for file in accepted:
        text = decode(file.content)
        try:
            pins = answers(images_asked(text, settings, today=TODAY))
        except DockerfileError:
            continue
        result = harden(text, settings, today=TODAY, pins=pins)
        assert result.faults == (), file.name
        if not result.changed:
            continue
        changed += 1
        after = result.table.text
        again = harden(after, settings, today=TODAY, pins=pins)
        assert not again.changed, (file.name, again.changes)
        if can_judge(text) and can_judge(after):
            seen = [one.name for one in instructions(encode(after).decode("utf-8", "replace"))]
            before = [one.name for one in instructions(encode(text).decode("utf-8", "replace"))]
            assert seen == before, file.name
    assert changed > 200


def test_what_was_pinned_is_refreshed_and_nothing_else(accepted: tuple[CorpusFile, ...]) -> None:
    settings = Settings(only=("pin-base-image",))
    moved = 0
    for file in accepted:
        text = decode(file.content)
        try:
            asked = images_asked(text, settings, today=TODAY)
        except DockerfileError:
            continue
        pinned = harden(text, settings, today=TODAY, pins=answers(asked)).table.text
        wanted = images_asked(pinned, settings, today=TODAY, transforms=(REFRESH,))
        pins = answers(wanted, salt="newer")
        result = harden(pinned, settings, today=TODAY, pins=pins, transforms=(REFRESH,))
        assert result.faults == (), file.name
        assert without_pins(result.table.text) == without_pins(pinned), file.name
        moved += result.changed
    assert moved > 400
