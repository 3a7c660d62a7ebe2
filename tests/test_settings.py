"""Settings are read from where projects keep them, and what is wrong with them is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.settings import Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("harden.toml", 'skip = ["a"]', Settings(skip=("a",)), id="harden.toml"),
        pytest.param(
            "pyproject.toml", "[tool.harden]\nsafe = true", Settings(safe=True), id="pyproject.toml"
        ),
        pytest.param("pyproject.toml", "[tool.ruff]", Settings(), id="pyproject-of-another-tool"),
        pytest.param(
            "harden.toml", 'run-as = "7:8"', Settings(run_as="7:8"), id="two-words-with-a-hyphen"
        ),
        pytest.param(
            "harden.toml", 'run_as = "7:8"', Settings(run_as="7:8"), id="two-words-as-once-written"
        ),
        pytest.param("other.toml", 'skip = ["a"]', Settings(), id="another-file"),
    ],
)
def test_where_settings_stand(tmp_path: Path, name: str, text: str, expected: Settings) -> None:
    (tmp_path / name).write_text(text)
    assert load_settings(tmp_path) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "skp = []", "no setting is named skp; there are: exclude, .*, run-as, ", id="unknown"
        ),
        pytest.param('safe = "yes"', "safe is true or false", id="not-a-boolean"),
        pytest.param('skip = "a"', "skip is a list of strings", id="not-a-list"),
        pytest.param("skip = [1]", "skip is a list of strings", id="a-list-of-numbers"),
        pytest.param('run-as = "root"', "run-as is a number of user and group", id="not-numbers"),
        pytest.param('run-as = "7:8"\nrun_as = "7:9"', "run_as is set twice", id="twice"),
        pytest.param("skip = [", "can't be read", id="not-toml"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "harden.toml").write_text(text)
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(tmp_path)
    assert "harden.toml" in str(caught.value)


def test_flags_add_to_what_is_skipped_and_replace_the_rest() -> None:
    settings = Settings(skip=("a",), only=("b",), exclude=("x",))
    merged = settings.overridden(skip=("c",), only=("d",), exclude=(), safe=True)
    assert merged == Settings(skip=("a", "c"), only=("d",), exclude=("x",), safe=True)


def test_what_wants_a_transform() -> None:
    assert Settings().wants("a")
    assert Settings(only=("a",)).wants("a")
    assert not Settings(only=("a",)).wants("b")
    assert not Settings(only=("a",), skip=("a",)).wants("a")
