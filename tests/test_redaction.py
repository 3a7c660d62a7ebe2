"""No secret is shown but in the removed lines of a diff (DESIGN, promise 6)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.errors import DockerfileError
from hardener.files import decode
from hardener.pipeline import harden
from hardener.secrets.redact import HIDDEN, Redaction, hide
from hardener.settings import Settings
from tests.transforms.cases import CASES, TODAY

PLANTED: dict[str, list[str]] = json.loads((CASES / "planted-secrets/planted.json").read_text())


def file_of(name: str) -> Path:
    return CASES / "planted-secrets" / f"{name}.Dockerfile"


def shown(text: str, value: str) -> list[str]:
    """The lines in which the secret, or enough of it to know it by, stands."""
    return [line for line in text.split("\n") if value in line or value[:10] in line]


def not_removed(diff: str) -> Iterator[str]:
    """The lines of a diff but for the removed ones, and for the one line behind a change that git
    needs to apply it."""
    changed = False
    for line in diff.split("\n"):
        if not line.startswith("-") and not (changed and line.startswith(" ")):
            yield line
        changed = line.startswith(("-", "+"))


def run(*arguments: str, folder: Path, given: str | None = None) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "hardener", "--offline", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def test_more_than_thirty_kinds_are_planted() -> None:
    assert len(PLANTED) > 30
    for name, values in PLANTED.items():
        assert all(value in file_of(name).read_text() for value in values)


@pytest.mark.parametrize("mode", ["--diff", "--check", "--write"])
def test_no_planted_secret_is_shown(mode: str, tmp_path: Path) -> None:
    for name in PLANTED:
        shutil.copy(file_of(name), tmp_path)
    out, err = run(mode, ".", folder=tmp_path)
    kept = "\n".join(not_removed(out))
    assert "mount-secrets" in err
    for values in PLANTED.values():
        for value in values:
            assert shown(err, value) == []
            assert shown(kept, value) == []


@pytest.mark.parametrize("name", PLANTED)
def test_nothing_that_is_told_of_a_file_shows_its_secret(name: str) -> None:
    text = decode(file_of(name).read_bytes())
    try:
        result = harden(text, Settings(), today=TODAY)
    except DockerfileError as error:
        told = [str(error), repr(error), *map(str, error.args)]
    else:
        remarks = (*result.changes, *result.advice, *result.faults, *result.violations)
        told = [remark.text for remark in remarks] + [repr(item) for item in result.handovers]
    for value in PLANTED[name]:
        assert shown("\n".join(told), value) == []


@pytest.mark.parametrize("name", PLANTED)
def test_whatever_quotes_a_file_is_redacted(name: str) -> None:
    """Also what no transform says today: the whole line with the secret, and a part of it."""
    text = decode(file_of(name).read_bytes())
    redaction = Redaction.of(text)
    for value in PLANTED[name]:
        for line in shown(text, value):
            assert shown(redaction.hide(f"can't read {line!r}"), value) == []
            cut = line[: line.find(value) + 10]
            assert shown(redaction.hide(f"can't read {cut!r}"), value) == []


@pytest.mark.parametrize(
    "message",
    [
        "pinned python:3.14.1@sha256:5c1bd0b0b2fd8a1d6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e",
        "runs as app (10001:10001) instead of root, made here; it gets /app (pip writes there)",
        "NPM_TOKEN stays in the image's configuration; whether it is needed can't be seen",
        "Build with: docker build --secret id=nexus3_creds,env=NEXUS3_CREDS .",
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc",
        "config/master.key: whoever has the image can decrypt the application's credentials",
        "the key file /etc/ssl/private/server.key is copied to /run/secrets/key",
    ],
)
def test_other_messages_stay_as_they_are(message: str) -> None:
    assert hide(message) == message


@given(st.text(alphabet="abcXYZ019-_/+", min_size=12, max_size=60), st.sampled_from("=: "))
def test_the_value_of_a_password_is_hidden(value: str, between: str) -> None:
    if hide(f"DB_PASSWORD{between}x{value}9") != f"DB_PASSWORD{between}x{value}9":
        assert value not in hide(f"DB_PASSWORD{between}x{value}9")
    text = f"FROM a\nENV DB_PASSWORD={value}7q\n"
    told = Redaction.of(text).hide(f"line 2 holds {value}7q")
    assert HIDDEN in told or not Redaction.of(text).values
