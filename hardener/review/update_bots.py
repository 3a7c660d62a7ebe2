"""The configuration by which Renovate or Dependabot moves the pins of a repository forward."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hardener.images.versions import Step
from hardener.templating import filled

# Renovate docs, Manager: Dockerfile, default managerFilePatterns
_KNOWN_TO_RENOVATE = re.compile(
    r"(?:(?:^|/|\.)(?:[Dd]ocker|[Cc]ontainer)file|(?:^|/)(?:[Dd]ocker|[Cc]ontainer)file[^/]*)$"
)
# what a step leaves to people
_LEFT_OUT = {Step.PATCH: ("minor", "major"), Step.MINOR: ("major",), Step.MAJOR: ()}
_TAKEN = ("pin", "digest", "patch")


def renovate_config(files: Sequence[Path], root: Path, step: Step) -> str:
    """The text of renovate.json for these Dockerfiles.

    `files` lie below `root`; those that Renovate wouldn't find by their names are named. Source:
    docs.renovatebot.com, configuration-options and presets-docker.
    """
    names = [file.relative_to(root.resolve()).as_posix() for file in _below(files, root)]
    return filled(
        "update/renovate.json.j2",
        patterns=[name for name in names if not _KNOWN_TO_RENOVATE.search(name)],
        left_out=_LEFT_OUT[step],
        taken=[*_TAKEN, *(kind for kind in _LEFT_OUT[Step.PATCH] if kind not in _LEFT_OUT[step])],
    )


def dependabot_config(files: Sequence[Path], root: Path, step: Step) -> str:
    """The text of .github/dependabot.yml for these Dockerfiles.

    Dependabot looks for them in the folders that it is told. Source: docs.github.com, Dependabot
    options reference.
    """
    folders = {file.relative_to(root.resolve()).parent.as_posix() for file in _below(files, root)}
    return filled(
        "update/dependabot.yml.j2",
        folders=sorted(f"/{'' if folder == '.' else folder}" for folder in folders) or ["/"],
        left_out=[f"version-update:semver-{kind}" for kind in _LEFT_OUT[step]],
    )


def _below(files: Sequence[Path], root: Path) -> list[Path]:
    real = [file.parent.resolve() / file.name for file in files]
    return sorted(file for file in real if file.is_relative_to(root.resolve()))
