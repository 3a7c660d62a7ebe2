"""Builds that need a secret, with real servers that demand it: where it is found before, and after.

`tests/cases/private/<case>/` holds a build context, and case.toml:
    server      of tests/private/servers.py
    port        that the Dockerfile names
    arguments   names of the build arguments that carry the secret
    key         name of the file that holds a private key, made for the test
    prints      what the container prints
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardener.project.callers.handover import Handover
from hardener.settings import Settings
from hardener.sweep import hardened_bytes, sweep, task_for
from tests.private import servers
from tests.private.archive import folder_holds, holds
from tests.private.engine import Engine, exporting_engine, options_of

pytestmark = pytest.mark.engine

CASES = Path(__file__).resolve().parent.parent / "cases" / "private"


@pytest.fixture(scope="module")
def exporting(engine: str) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as name:
        registry = os.environ["HARDENER_TEST_REGISTRY"]
        with exporting_engine(Path(name), registry) as found:
            yield found


@dataclass(frozen=True, slots=True)
class Private:
    """One case, with a secret made for it."""

    folder: Path
    said: dict[str, Any]
    secret: str
    key: Path | None

    def serving(self, folder: Path) -> AbstractContextManager[None]:
        """The server that demands the secret."""
        port = self.said["port"]
        match self.said["server"]:
            case "python_index":
                return servers.python_index(port, self.secret)
            case "npm_registry":
                return servers.npm_registry(port, self.secret)
            case "git_over_http":
                return servers.git_over_http(port, self.secret, folder)
        assert self.key is not None
        public = self.key.with_name(f"{self.key.name}.pub").read_text()
        return servers.git_over_ssh(port, public, folder)

    @property
    def needle(self) -> bytes:
        """What is looked for: the secret, or a line of the private key."""
        if self.key is None:
            return self.secret.encode()
        return self.key.read_bytes().split(b"\n")[2]

    @property
    def arguments(self) -> list[str]:
        """The build arguments, as they were handed over before."""
        names = self.said.get("arguments", [])
        return options_of("--build-arg", [f"{name}={self.secret}" for name in names])

    def handed_over(self, handovers: tuple[Handover, ...]) -> list[str]:
        """The secrets, as they are handed over from now on."""
        found: list[str] = []
        for handover in handovers:
            if handover.kind == "ssh":
                found += ["--ssh", f"{handover.id}={self.key}"]
            elif handover.file is not None:
                found += ["--secret", f"id={handover.id},src={self.folder / handover.file}"]
            else:
                found += ["--secret", f"id={handover.id},env=THE_SECRET"]
        return found


@pytest.fixture(params=sorted(path.name for path in CASES.iterdir()))
def private(request: pytest.FixtureRequest, tmp_path: Path) -> Private:
    folder = tmp_path / "context"
    shutil.copytree(CASES / request.param, folder)
    said = tomllib.loads((folder / "case.toml").read_text())
    (folder / "case.toml").unlink()
    key = None
    if "key" in said:
        key = new_key(tmp_path / said["key"])
        shutil.copy(key, folder)
    return Private(folder, said, f"planted-{secrets.token_hex(12)}", key)


def new_key(path: Path) -> Path:
    """Make a key for ssh without a passphrase."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def hardened(folder: Path) -> tuple[Handover, ...]:
    """Harden what is in the folder, in place; what callers have to hand over then."""
    task = task_for(folder, Settings(only=("mount-secrets",), offline=True), diff=False)
    handovers: tuple[Handover, ...] = ()
    for outcome in sweep([folder / "Dockerfile"], task, processes=1):
        assert outcome.hardened is not None, outcome.error
        if outcome.hardened.changed:
            outcome.path.write_bytes(hardened_bytes(outcome.hardened))
        handovers += outcome.hardened.handovers
    return handovers


def saved(engine: Engine, tag: str) -> bytes:
    done = engine.docker("save", tag)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_secret_is_in_the_image_before_and_nowhere_after(
    private: Private, exporting: Engine, tmp_path: Path
) -> None:
    environment = {"THE_SECRET": private.secret}
    tag = f"hardener-test-private:{private.said['server'].replace('_', '-')}"
    cache = tmp_path / "cache"
    with private.serving(tmp_path / "server"):
        before = exporting.build(private.folder, tag, *private.arguments)
        assert before.returncode == 0, before.stderr.decode()
        history = exporting.docker("history", "--no-trunc", tag).stdout
        assert private.needle in history or holds(saved(exporting, tag), private.needle)

        handovers = hardened(private.folder)
        assert handovers
        forgotten = exporting.build(private.folder, tag)
        assert forgotten.returncode != 0
        assert any(handover.id.encode() in forgotten.stderr for handover in handovers)

        exported = ["--cache-to", f"type=local,dest={cache},mode=max"]
        options = [*private.handed_over(handovers), *exported]
        after = exporting.build(private.folder, tag, *options, environment=environment)
        assert after.returncode == 0, after.stderr.decode()
    ran = exporting.docker("run", "--rm", "--network", "none", tag)
    assert private.said["prints"] in ran.stdout.decode(), ran.stderr
    assert private.needle not in exporting.docker("history", "--no-trunc", tag).stdout
    assert not holds(saved(exporting, tag), private.needle)
    assert any(cache.rglob("*"))
    assert not folder_holds(cache, private.needle)


def test_a_wrong_secret_is_refused(private: Private, exporting: Engine, tmp_path: Path) -> None:
    """The server does demand it: what is shown above isn't shown by an open door."""
    wrong = private.said.get("arguments", [])
    if private.key is not None:
        other = tmp_path / "other"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True
        )
        shutil.copy(other, private.folder / private.said["key"])
    options = options_of("--build-arg", [f"{name}=planted-wrong" for name in wrong])
    with private.serving(tmp_path / "server"):
        done = exporting.build(private.folder, "hardener-test-private:wrong", *options)
    assert done.returncode != 0
