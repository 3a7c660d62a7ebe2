"""The data files of hardener/handover hold what the code asks of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from hardener.project.callers.model import Form

DATA = Path(__file__).resolve().parents[2] / "hardener" / "handover" / "data"
LINES = tomllib.loads((DATA / "lines.toml").read_text("utf-8"))
INPUTS = tomllib.loads((DATA / "inputs.toml").read_text("utf-8"))


@pytest.mark.parametrize("form", sorted(LINES))
def test_lines(form: str) -> None:
    entry = LINES[form]
    assert entry.pop("source")
    if "never" in entry:
        assert set(entry) == {"never"}
        return
    assert set(entry) == {"secret", "file", "ssh"}
    assert "npm_token" in entry["secret"].format(id="npm_token", env="NPM_TOKEN")
    assert "NPM_TOKEN" in entry["secret"].format(id="npm_token", env="NPM_TOKEN")
    assert "./.npmrc" in entry["file"].format(id="npmrc", path="./.npmrc")
    assert "default" in entry["ssh"].format(id="default")


def test_every_line_is_for_a_form_or_a_program() -> None:
    """Forms without lines of their own are commands."""
    assert set(LINES) - set(get_args(Form)) == {"kaniko"}


@pytest.mark.parametrize("action", sorted(INPUTS))
def test_inputs(action: str) -> None:
    entry = INPUTS[action]
    assert action == action.lower()
    assert entry.pop("source")
    for name, since in entry.items():
        assert name in {"secrets", "secret-envs", "secret-files", "ssh"}
        assert len(since) == 2
