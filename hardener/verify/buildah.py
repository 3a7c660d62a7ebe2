"""Drives buildah, in a temporary store of its own, so that nothing of it can be left behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

from hardener.errors import HardenError
from hardener.verify.docker import build_flags, cause_of
from hardener.verify.engine import (
    LABEL,
    BuildFailedError,
    BuildOrder,
    Container,
    DiskGuard,
    EngineError,
    RunOrder,
    State,
)
from hardener.verify.kernel import first_process_below
from hardener.verify.layers import image_config
from hardener.verify.process import KEPT_BYTES, Finished, Programs, end_group

_CALL_SECONDS = 120.0
# buildah's own words when the runtime, not the command in the container, failed
_RUNTIME_FAILED = (b"error running container", b"Error: while running runtime: fork/exec")


@dataclass(frozen=True, slots=True)
class Buildah:
    """Buildah builds and, where it can isolate the network (not with chroot), runs.

    Everything it makes lies in `folder`; images of the user's own store can't be used as base.
    """

    version: str
    programs: Programs
    run_id: str
    folder: Path
    name: str = "buildah"
    heredocs: bool = False

    @staticmethod
    def connect(version: str, programs: Programs, run_id: str, folder: Path) -> Buildah:
        """Buildah, which was seen to answer."""
        environment = dict(programs.environment)
        configuration = environment.get("DOCKER_CONFIG")
        if configuration and not (Path(configuration) / "config.json").exists():
            # docker is content without the file, buildah refuses to work
            del environment["DOCKER_CONFIG"]
        return Buildah(version, replace(programs, environment=environment), run_id, folder)

    @property
    def disk(self) -> Path | None:
        """The temporary folder."""
        return self.folder

    def build(self, order: BuildOrder, guard: DiskGuard) -> None:
        """Build an image, with a layer for every instruction as the other engines make them."""
        argv = ["bud", "--layers", "--format", "docker", "--label", f"{LABEL}={self.run_id}"]
        argv += ["--tag", order.tag, *build_flags(order)]
        argv += ["--file", str(order.dockerfile), str(order.context)]
        done = self._run(argv, order.timeout, extra=order.hidden_arguments, tick=guard)
        if done.code != 0:
            raise BuildFailedError(cause_of(done.complaint), done.complaint)

    def archives(
        self, tags: Sequence[str], timeout: float
    ) -> Iterator[tuple[str, AbstractContextManager[BinaryIO]]]:
        """One archive for each image."""
        for tag in tags:
            argv = self._argv(["push", "--quiet", tag, "docker-archive:/dev/stdout"])
            yield tag, self.programs.stream(argv, timeout=timeout)

    def start(self, tag: str, order: RunOrder) -> Container:
        """A working container and `buildah run` with the image's entrypoint and command."""
        if self.programs.environment.get("BUILDAH_ISOLATION") == "chroot":
            raise EngineError(
                "buildah with chroot isolation can't keep a container off the network; "
                "run it with docker or podman"
            )
        limits = ["--memory", str(order.memory), "--memory-swap", str(order.memory)]
        limits += ["--ulimit", f"fsize={order.disk}", "--ulimit", f"nproc={order.processes}"]
        made = self._run(["from", "--pull-never", *limits, tag], _CALL_SECONDS)
        if made.code != 0:
            raise EngineError(f"buildah can't make a container: {cause_of(made.complaint)}")
        container = made.text.split("\n")[-1]
        config = image_config(self._config(tag))
        argv = ["run", "--network", order.network]
        if order.environment_file is not None:
            lines = order.environment_file.read_text("utf-8").split("\n")
            argv += [part for line in lines if line for part in ("--env", line)]
        command = config.command if order.command is None else order.command
        output = tempfile.TemporaryFile()  # noqa: SIM115 - it's the container's, closed with it
        process = self.programs.start(
            self._argv([*argv, container, "--", *config.entrypoint, *command]), output=output
        )
        return BuildahContainer(self, container, process, output)

    def remove_image(self, tag: str) -> None:
        """Take the image away."""
        self._run(["rmi", "--force", tag], _CALL_SECONDS)

    def clean(self) -> None:
        """Empty the store."""
        for arguments in (["rm", "--all"], ["rmi", "--all", "--force"]):
            self._run(arguments, _CALL_SECONDS)
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder / "store")
        if (self.folder / "store").exists() and os.geteuid() != 0:
            # files of other user ids of a rootless store
            argv = ["buildah", "unshare", "rm", "-rf", str(self.folder / "store")]
            self.programs.run(argv, timeout=_CALL_SECONDS)

    def require_alive(self, when: str) -> None:
        """A program without a server is always there."""

    def how_to_clean(self) -> str:
        """The command for a person."""
        return f"rm -rf {self.folder}"

    def join(
        self, container: Container, tag: str, argv: Sequence[str], stdin: bytes, timeout: float
    ) -> Finished | None:
        """Buildah can't."""
        return None

    def _config(self, tag: str) -> dict[str, Any]:
        done = self._run(["inspect", "--type", "image", tag], _CALL_SECONDS)
        if done.code != 0:
            raise EngineError(f"buildah can't inspect an image: {cause_of(done.complaint)}")
        found = json.loads(done.out).get("Docker", {}).get("config")
        return found if isinstance(found, dict) else {}

    def _argv(self, arguments: Sequence[str]) -> list[str]:
        store = self.folder / "store"
        roots = ["--root", str(store / "root"), "--runroot", str(store / "run")]
        return ["buildah", *roots, *arguments]

    def _run(
        self,
        arguments: Sequence[str],
        timeout: float,
        *,
        extra: Mapping[str, str] | None = None,
        tick: DiskGuard | None = None,
    ) -> Finished:
        return self.programs.run(self._argv(arguments), timeout=timeout, extra=extra, tick=tick)


@dataclass(slots=True)
class BuildahContainer:
    """A `buildah run` in the background."""

    engine: Buildah
    name: str
    process: subprocess.Popen[bytes]
    printed: IO[bytes]
    _first: int | None = field(default=None)

    def state(self) -> State:
        """From the program itself and its processes."""
        code = self.process.poll()
        if code is None:
            if self._first is None:
                self._first = first_process_below(self.process.pid)
            return State(running=True, exit_code=None, pid=self._first)
        if code != 0 and any(words in self.output() for words in _RUNTIME_FAILED):
            raise EngineError(f"buildah can't run containers: {cause_of(self._text())}")
        return State(running=False, exit_code=code)

    def output(self) -> bytes:
        """What was printed."""
        # the program writes through the same open file: pread leaves its position alone
        file = self.printed.fileno()
        end = os.fstat(file).st_size
        return os.pread(file, KEPT_BYTES, max(0, end - KEPT_BYTES))

    def _text(self) -> str:
        return self.output().decode("utf-8", "replace")

    def written(self) -> int | None:
        """Not known: a layer of buildah's store isn't measured."""
        return None

    def holds(self, path: str) -> bool | None:
        """Looked up in the mounted container."""
        mounted = self.engine._run(["mount", self.name], _CALL_SECONDS)
        if mounted.code != 0:
            return None
        place = Path(mounted.text) / path.lstrip("/")
        try:
            return any(place.iterdir()) if place.is_dir() else place.stat().st_size > 0
        except OSError:
            return False

    def execute(self, argv: Sequence[str], stdin: bytes, timeout: float) -> Finished:
        """Buildah has no exec into a running container."""
        return Finished(127, b"", b"buildah has no exec")

    def published(self, port: int) -> int | None:
        """Buildah publishes no ports."""
        return None

    def user_ids(self) -> tuple[int, ...]:
        """Buildah doesn't list processes."""
        return ()

    def stop(self) -> None:
        """Kill process 1 of the container, then buildah."""
        if self._first is not None and self.process.poll() is None:
            with contextlib.suppress(OSError):
                os.kill(self._first, signal.SIGKILL)
        end_group(self.process)

    def remove(self) -> None:
        """Stop and take it away."""
        self.stop()
        self.engine.programs.ended(self.process.pid)
        self.printed.close()
        with contextlib.suppress(HardenError):
            self.engine._run(["rm", self.name], _CALL_SECONDS)
