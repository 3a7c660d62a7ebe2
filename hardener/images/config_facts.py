"""What the config of an image tells that isn't among the recorded ones: its user, its command."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hardener.dockerfile.reference import ImageReference, InvalidReference, parse_reference
from hardener.images.facts import facts_for
from hardener.images.image_facts import ImageFacts
from hardener.images.pins import Pins, config_of
from hardener.images.registry.image import Image, image_of
from hardener.images.registry.manifests import ImageConfig

_DATA = Path(__file__).parent / "data" / "base-labels.toml"


def facts_from(pins: Pins, reference: ImageReference, platform: str) -> ImageFacts | None:
    """The facts of an image by its config; None where it wasn't asked for, or doesn't say enough.

    Parameters:
        pins: what registries answered.
        platform: for which the config was asked for, in canonical form.
    """
    image = image_of(reference)
    config = config_of(pins, image, platform) if isinstance(image, Image) else None
    return None if config is None else facts_of_config(reference, config)


def facts_of_config(reference: ImageReference, config: ImageConfig) -> ImageFacts | None:
    """The facts that an image's config holds; None where it has ONBUILD triggers, which may set
    anything in the image that is built on it.

    Without a USER an image runs as root, but on Windows, where the base decides that (moby,
    image-spec config.md). What stands on which distribution is taken from labels alone.
    """
    if config.on_build:
        return None
    windows = config.platform.startswith("windows")
    user = config.user or (None if windows else "root")
    facts = ImageFacts(
        name=reference.familiar,
        tag=reference.tag,
        tag_status=None,
        source=f"the config of {reference.text}, made {config.created or 'at an unknown time'}",
        family="windows" if windows else None,
        distribution="windows" if windows else None,
        from_config=True,
        user=user,
        user_is_root=None if user is None else user.partition(":")[0] in ("root", "0"),
        entrypoint=config.entrypoint or (),
        cmd=config.cmd or (),
        expose=tuple(port.removesuffix("/tcp") for port in config.exposed_ports),
        volumes=config.volumes,
        workdir=config.working_dir or "/",
        stopsignal=config.stop_signal,
        shell=config.shell,
        env=dict(config.environment),
    )
    return facts if windows else _with_distribution(facts, config)


def _with_distribution(facts: ImageFacts, config: ImageConfig) -> ImageFacts:
    """The facts with those of the image that the labels name as its base."""
    below = _named_base(config)
    if below is None:
        return facts
    return replace(
        facts,
        distribution=below.distribution,
        release=below.release,
        family=below.family,
        account_package=below.account_package,
        package_manager=below.package_manager,
        has_shell=below.has_shell,
    )


def _named_base(config: ImageConfig) -> ImageFacts | None:
    table = _table()
    for label in table["references"]:
        try:
            base = parse_reference(config.labels.get(label, ""))
        except InvalidReference:
            continue
        found = facts_for(base.name, base.tag, digest=base.digest)
        if found is not None:
            return found
    for entry in table["distribution"]:
        if config.labels.get(entry["label"]) == entry["value"]:
            # a tag that isn't known: what holds for all of its releases
            return facts_for(entry["image"], "${TAG}")
    return None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_DATA.read_text("utf-8"))
