"""The registries of the client's own tests, for those that run the whole program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.program import Online
from tests.images.registry.conftest import (
    _no_proxies,
    authority,
    authority_file,
    private_registry,
    push,
    registry,
    storage,
    token_registry,
    tokens,
)

__all__ = [
    "_no_proxies",
    "authority",
    "authority_file",
    "private_registry",
    "push",
    "registry",
    "storage",
    "token_registry",
    "tokens",
]


@pytest.fixture
def online(tmp_path: Path) -> Online:
    """A repository that has nothing but its ignore file, and an empty home."""
    project, home = tmp_path / "project", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / ".dockerignore").write_text("**\n")
    return Online(project, home)
