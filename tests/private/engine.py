"""A second engine that can export its build cache, which needs containerd's image store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Engine:
    """Where it listens, and the registry that stands in for Docker Hub."""

    address: str

    def docker(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Call docker, also where that fails."""
        variables = {**os.environ, **(environment or {}), "DOCKER_HOST": self.address}
        return subprocess.run(["docker", *arguments], env=variables, capture_output=True)

    def build(
        self,
        folder: Path,
        tag: str,
        *options: str,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Build `folder` with the host's network."""
        return self.docker(
            "buildx", "build", "--network", "host", "--progress", "plain",
            "--tag", tag, *options, str(folder), environment=environment,
        )  # fmt: skip


@contextmanager
def exporting_engine(folder: Path, registry: str) -> Iterator[Engine]:
    """Start the engine, with everything of it in `folder`; it is stopped at the end.

    Source: docs.docker.com/build/cache/backends/ (local cache needs the containerd image store).
    """
    dockerd = shutil.which("dockerd")
    assert dockerd is not None, "dockerd isn't on PATH"
    socket = folder / "docker.sock"
    engine = Engine(f"unix://{socket}")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                dockerd, "--host", engine.address, "--data-root", str(folder / "data"),
                "--exec-root", str(folder / "exec"), "--pidfile", str(folder / "pid"),
                "--bridge=none", "--iptables=false", "--ip6tables=false",
                "--registry-mirror", f"http://{registry}", "--insecure-registry", registry,
                "--feature", "containerd-snapshotter=true",
            ],
            stdout=log,
            stderr=log,
        )  # fmt: skip
    try:
        end = time.monotonic() + _SECONDS
        while engine.docker("info").returncode:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.2)
        yield engine
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def options_of(flag: str, values: Sequence[str]) -> list[str]:
    """`flag` before each of `values`."""
    return [part for value in values for part in (flag, value)]
