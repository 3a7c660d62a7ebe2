"""`harden verify` as a person calls it."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hardener.cli.verify import hardening_of
from hardener.settings import Settings
from hardener.sweep import task_for
from hardener.transforms import all_transforms
from hardener.verify.recipe import recipe_for
from tests.verify.casefolder import CASES, Case
from tests.verify.conftest import REPOSITORY, folders_left

TOKEN = "a-token-for-this-case"


def harden(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hardener", "verify", *arguments],
        capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=300,
        env={**os.environ, "HARDEN_OFFLINE": "1", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--probe", "ftp://x"], "write it as http://:8080/path", id="probe"),
        pytest.param(["--secret", "token"], "is written id=NAME", id="secret"),
        pytest.param(["--secret", "id=x,env=UNSET_9"], "UNSET_9 isn't set", id="unset"),
        pytest.param(["--run", "a 'b"], "can't be read", id="command"),
        pytest.param(["--memory", "much"], "write it as 512m or 2g", id="memory"),
        pytest.param(["--engine", "rocket"], "Invalid value for '--engine'", id="engine"),
        pytest.param(["no/such/path"], "no/such/path", id="path"),
    ],
)
def test_usage_errors(arguments: list[str], message: str) -> None:
    done = harden(*arguments, *(["samples/c-make"] if "no/such/path" not in arguments else []))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_engine(tmp_path: Path) -> None:
    """Every engine that was tried is named, with what is missing."""
    folder = CASES / "same" / "before"
    done = harden(str(folder), PATH=str(tmp_path), TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert "no container engine can be used here" in done.stderr
    for engine in ("docker", "podman", "nerdctl", "buildah"):
        assert f"{engine}: not installed" in done.stderr
    assert folders_left(tmp_path) == []


def test_engine_that_does_not_answer(tmp_path: Path) -> None:
    if shutil.which("docker") is None:
        pytest.fail("this test needs docker's program")
    done = harden(
        str(CASES / "same" / "before"), "--engine", "docker",
        DOCKER_HOST=f"unix://{tmp_path}/none", TMPDIR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 2
    assert "no container engine can be used here. docker: " in done.stderr
    assert folders_left(tmp_path) == []


def test_hardening_leaves_out_what_it_is_told(tmp_path: Path) -> None:
    """The pipeline's own changes, in the order in which they are made, without some of them."""
    (tmp_path / "Dockerfile").write_text("FROM python\nADD app.py /srv/\nCMD python /srv/app.py\n")
    (tmp_path / "app.py").write_text("")
    recipe = recipe_for(tmp_path / "Dockerfile", tmp_path)
    task = task_for(tmp_path, Settings(), diff=False, day=datetime.date(2026, 1, 1))
    hardening = hardening_of(recipe, task)
    everything = hardening(frozenset())
    assert {"pin-base-image", "copy-instead-of-add"} <= set(everything.transforms)
    assert b"COPY app.py" in everything.files["Dockerfile"]
    without = hardening(frozenset({"copy-instead-of-add"}))
    assert "copy-instead-of-add" not in without.transforms
    assert b"ADD app.py" in without.files["Dockerfile"]
    nothing = hardening(frozenset(transform.name for transform in all_transforms()))
    assert (nothing.files, nothing.changes) == ({}, ())


@pytest.mark.engine
def test_callers_say_how_to_build(small_base: str, tmp_path: Path) -> None:
    """The context and the build argument stand in a compose file only."""
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile").write_text(
        "ARG BASE=no/such/image\nFROM $BASE\nADD LICENSE /\nCMD cat /LICENSE\n"
    )
    (tmp_path / "LICENSE").write_text("free\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  app:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"
        f"      args:\n        BASE: {small_base}\n"
    )
    done = harden(str(tmp_path), "--format", "json", "--only", "copy-instead-of-add")
    (result,) = json.loads(done.stdout)["results"]
    assert result["verdict"] == "same", done.stdout + done.stderr
    assert result["before"]["builds"], "nothing was changed, so nothing was built"
    assert result["after"]["run"]["exit_code"] == 0


def test_help_says_that_it_executes() -> None:
    assert "THIS EXECUTES WHAT THE DOCKERFILES SAY" in harden("--help").stdout


@pytest.mark.engine
def test_whole_command(engine: str, temporary_folder: Path) -> None:
    """Through the pipeline, with a probe and a command of its own."""
    done = harden(
        str(CASES / "same" / "before"), "--build-network", "host", "--up-for", "0.5",
        "--skip", "pin-base-image", "--probe", "http://:8080/again", "--run", "id -u",
        "--format", "json",
    )  # fmt: skip
    document = json.loads(done.stdout)
    (result,) = document["results"]
    assert document["engine"]["name"] == "docker", done.stderr
    assert "it executes what they say" in done.stderr
    assert result["before"]["run"]["uid"] == 0
    assert result["before"]["commands"][0]["exit_code"] == 0
    assert folders_left(temporary_folder) == []


@pytest.mark.engine
@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_secret_is_in_no_output_and_no_list_of_processes(
    form: str, small_base: str, tmp_path: Path
) -> None:
    """A docker in front of the real one notes the arguments it's given."""
    real = shutil.which("docker")
    noted = tmp_path / "arguments"
    front = tmp_path / "bin" / "docker"
    front.parent.mkdir()
    front.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{noted}\nexec {real} "$@"\n')
    front.chmod(front.stat().st_mode | stat.S_IXUSR)
    case = Case("secret-still-in-history")
    done = subprocess.run(
        [sys.executable, "-m", "tests.verify.drive", str(case.dockerfile.parent),
         "--up-for", "0.5", "--format", form],
        capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=300,
        env={**os.environ, "PATH": f"{front.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert "the secret api-token is still in the history" in done.stdout, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    arguments = noted.read_text()
    assert "--build-arg\nAPI_TOKEN\n" in arguments
    assert "id=api-token,src=" in arguments
    assert TOKEN not in arguments
