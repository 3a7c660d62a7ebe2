"""A sweep over many repositories asks each registry as little as can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.dockerfile.reference import parse_reference
from hardener.images.registry import Resolved
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Server

pytestmark = pytest.mark.engine


def test_120_images_in_500_references_cost_at_most_two_requests_an_image(
    registry: str, settings: MakeSettings, tmp_path: Path
) -> None:
    digests = {}
    for number in range(120):
        pusher = Pusher(registry, f"sweep/app-{number}")
        digests[number] = pusher.image("1", salt=str(number))
    with Server(behind=registry) as front:
        # as 500 Dockerfiles write them: each image more than four times, in two spellings
        texts = [f"{front.host}/sweep/app-{number % 120}:1" for number in range(500)]
        references = [parse_reference(text) for text in texts]
        for age, most in ((3600.0, 120), (3600.0, 0), (0.0, 120)):
            front.seen.clear()
            chosen = settings(cache_directory=tmp_path, tag_age=age)
            with RegistryClient(chosen) as client:
                answers = client.resolve(references)
                again = client.resolve(texts)

                for number, reference in enumerate(references):
                    answer = answers[reference]
                    assert isinstance(answer, Resolved), answer
                    assert answer.digest == digests[number % 120]
                    assert again[texts[number]] == answer
                assert len(front.seen) == client.requests == most
