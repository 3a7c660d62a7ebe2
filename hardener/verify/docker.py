"""Drives docker, podman and nerdctl, whose command lines are the same but for details.

The details stand in data/engines.toml.
"""

from __future__ import annotations

import contextlib
import json
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from hardener.errors import HardenError
from hardener.verify.engine import (
    LABEL,
    BuildFailedError,
    BuildOrder,
    Container,
    DiskGuard,
    EngineError,
    RunOrder,
    State,
    engine_table,
)
from hardener.verify.kernel import is_process_of
from hardener.verify.process import Finished, Programs, TimedOutError

_CALL_SECONDS = 60.0
_REMOVE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class DockerLike:
    """An engine with docker's command line.

    Attributes:
        known: its entry in data/engines.toml.
        run_id: the value of the label on all that it makes.
        disk: where it keeps images, if that is on this machine.
    """

    name: str
    version: str
    known: Mapping[str, Any]
    programs: Programs
    run_id: str
    disk: Path | None

    @staticmethod
    def connect(name: str, version: str, programs: Programs, run_id: str) -> DockerLike:
        """The engine `name`, which was seen to answer."""
        known = engine_table()[name]
        done = programs.run([known["program"], *known["disk"]], timeout=_CALL_SECONDS)
        folder = Path(done.text) if done.code == 0 and done.text else None
        here = not programs.environment.get("DOCKER_HOST", "").startswith(("tcp:", "ssh:"))
        disk = folder if here and folder is not None and folder.exists() else None
        return DockerLike(name, version, known, programs, run_id, disk)

    @property
    def heredocs(self) -> bool:
        """It builds Dockerfiles with here-documents."""
        return bool(self.known["heredocs"])

    def build(self, order: BuildOrder, guard: DiskGuard) -> None:
        """Build and tag an image."""
        argv = [*self.known["build"], "--label", self._label, "--tag", order.tag]
        argv += build_flags(order)
        argv += ["--file", str(order.dockerfile), str(order.context)]
        done = self._run(argv, order.timeout, extra=order.hidden_arguments, tick=guard)
        if done.code != 0:
            self.require_alive("while an image was being built")
            raise BuildFailedError(cause_of(done.complaint), done.complaint)

    def archives(
        self, tags: Sequence[str], timeout: float
    ) -> Iterator[tuple[str, AbstractContextManager[BinaryIO]]]:
        """One archive that holds all the images, and so each layer only once."""
        argv = [self.known["program"], *self.known["save"], *tags]
        yield "", self.programs.stream(argv, timeout=timeout)

    def start(self, tag: str, order: RunOrder) -> Container:
        """Create and start a container; that its command doesn't exist is told by its state."""
        argv = ["create", *self.known["create"], "--label", self._label]
        argv += ["--network", order.network, "--pids-limit", str(order.processes)]
        argv += ["--memory", str(order.memory), "--memory-swap", str(order.memory)]
        argv += ["--ulimit", f"fsize={order.disk}", "--ulimit", "core=0"]
        if order.environment_file is not None:
            argv += ["--env-file", str(order.environment_file)]
        if order.has_healthcheck and self.known.get("health_interval"):
            argv += ["--health-interval", "1s"]
        for port in order.publish:
            argv += ["--publish", f"127.0.0.1::{port}"]
        created = self._run([*argv, tag, *(order.command or ())], _CALL_SECONDS)
        if created.code != 0 or not created.text:
            self.require_alive("while a container was being created")
            raise EngineError(
                f"{self.name} can't create a container: {cause_of(created.complaint)}"
            )
        container = DockerContainer(
            self, created.text.split("\n")[-1].strip(), order.has_healthcheck
        )
        try:
            started = self._run(["start", container.name], _CALL_SECONDS)
            if started.code != 0:
                self.require_alive("while a container was being started")
                container.start_error = cause_of(started.complaint)
        except BaseException:
            container.remove()
            raise
        return container

    def remove_image(self, tag: str) -> None:
        """Take the image away."""
        self._run(["rmi", "--force", tag], _REMOVE_SECONDS)

    def clean(self) -> None:
        """Take away every container and image with this run's label."""
        wanted = ["--filter", f"label={self._label}"]
        for listing, removal in (
            (["ps", "--all", "--quiet", *wanted], ["rm", "--force", "--volumes"]),
            (["images", "--all", "--quiet", *wanted], ["rmi", "--force"]),
        ):
            listed = self._run(listing, _REMOVE_SECONDS)
            if listed.code != 0:
                raise EngineError(f"{self.name}: {cause_of(listed.complaint)}")
            ids = sorted(set(listed.text.split()))
            if ids:
                done = self._run([*removal, *ids], _REMOVE_SECONDS)
                if done.code != 0 and "No such" not in done.complaint:
                    raise EngineError(f"{self.name}: {cause_of(done.complaint)}")

    def how_to_clean(self) -> str:
        """The commands for a person."""
        program, wanted = self.known["program"], f"--filter label={self._label}"
        return (
            f"{program} rm -fv $({program} ps -aq {wanted}); "
            f"{program} rmi -f $({program} images -q {wanted})"
        )

    def join(
        self, container: Container, tag: str, argv: Sequence[str], stdin: bytes, timeout: float
    ) -> Finished | None:
        """Run a program of the image `tag` in the container's network."""
        if not self.known["join_network"]:
            return None
        call = ["run", "--rm", "--interactive", "--pull", "never", "--label", self._label]
        call += ["--network", f"container:{container.name}", "--entrypoint", argv[0]]
        return self._run([*call, tag, *argv[1:]], timeout, stdin=stdin, keep=2 << 20)

    def require_alive(self, when: str) -> None:
        """Raise EngineError if the engine doesn't answer any more."""
        try:
            done = self._run(self.known["server"], 10.0)
        except TimedOutError:
            done = Finished(1, b"", b"no answer within 10 s")
        if done.code != 0:
            raise EngineError(f"{self.name} went away {when}: {cause_of(done.complaint)}")

    @property
    def _label(self) -> str:
        return f"{LABEL}={self.run_id}"

    def _run(
        self,
        arguments: Sequence[str],
        timeout: float,
        *,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
        tick: DiskGuard | None = None,
        keep: int = 256 * 1024,
    ) -> Finished:
        return self.programs.run(
            [self.known["program"], *arguments],
            timeout=timeout,
            stdin=stdin,
            extra=extra,
            tick=tick,
            keep=keep,
        )


@dataclass(slots=True)
class DockerContainer:
    """A container of a DockerLike engine."""

    engine: DockerLike
    name: str
    has_healthcheck: bool
    start_error: str = ""

    def state(self) -> State:
        """From `inspect`."""
        found = self._inspect()
        state = found.get("State") or {}
        running = bool(state.get("Running"))
        pid = int(state.get("Pid") or 0)
        health = (state.get("Health") or state.get("Healthcheck") or {}).get("Status") or None
        return State(
            running=running,
            exit_code=None if running else int(state.get("ExitCode") or 0),
            pid=pid if pid and is_process_of(pid, self.name) else None,
            health=self._health(running, health) if self.has_healthcheck else None,
            out_of_memory=bool(state.get("OOMKilled")),
            error=str(state.get("Error") or "") or self.start_error,
        )

    def _health(self, running: bool, told: str | None) -> str | None:
        """Podman runs healthchecks by systemd's timers, or when asked as here."""
        command = self.engine.known.get("health_command")
        if not command or not running:
            return told
        done = self.engine._run([*command, self.name], _CALL_SECONDS)
        return "healthy" if done.code == 0 else "starting"

    def output(self) -> bytes:
        """From `logs`."""
        done = self.engine._run(["logs", self.name], _CALL_SECONDS)
        return done.out + done.err

    def written(self) -> int | None:
        """The size of its layer, and of its volumes where they can be read from here."""
        if not self.engine.known["written_size"]:
            return None
        found = self._inspect("--size")
        size = found.get("SizeRw")
        volumes = [
            str(mount.get("Source"))
            for mount in found.get("Mounts") or ()
            if mount.get("Type") == "volume"
        ]
        return None if size is None else int(size) + sum(map(_bytes_below, volumes))

    def holds(self, path: str) -> bool | None:
        """From `cp`, which also reads containers without a shell, and stopped ones."""
        argv = [self.engine.known["program"], "cp", "--follow-link", f"{self.name}:{path}", "-"]
        if self.engine.name != "docker":
            argv.remove("--follow-link")
        try:
            with (
                self.engine.programs.stream(argv, timeout=_CALL_SECONDS, whole=False) as stream,
                tarfile.open(fileobj=stream, mode="r|") as archive,
            ):
                for number, member in enumerate(archive):
                    if number > 0 or (not member.isdir() and member.size > 0):
                        return True
        except (tarfile.TarError, EOFError):
            return False
        return False

    def execute(self, argv: Sequence[str], stdin: bytes, timeout: float) -> Finished:
        """By `exec`."""
        call = ["exec", "--interactive", self.name, *argv]
        return self.engine._run(call, timeout, stdin=stdin, keep=2 << 20)

    def published(self, port: int) -> int | None:
        """From `port`."""
        done = self.engine._run(["port", self.name, f"{port}/tcp"], _CALL_SECONDS)
        last = done.text.split("\n")[0].rpartition(":")[2]
        return int(last) if done.code == 0 and last.isdigit() else None

    def user_ids(self) -> tuple[int, ...]:
        """From `top`, which asks the kernel of the engine's machine."""
        form = self.engine.known.get("top")
        if not form:
            return ()
        done = self.engine._run(["top", self.name, *form], _CALL_SECONDS)
        rows = [line.split() for line in done.text.split("\n")[1:]]
        if done.code != 0 or not all(len(row) == 2 and row[1].isdigit() for row in rows):
            return ()
        first = str((self._inspect().get("State") or {}).get("Pid"))
        return tuple(int(uid) for pid, uid in sorted(rows, key=lambda row: row[0] != first))

    def stop(self) -> None:
        """By `kill`; that it has ended already is no error."""
        self.engine._run(["kill", self.name], _REMOVE_SECONDS)

    def remove(self) -> None:
        """By `rm`; what fails here is done again by the engine's `clean`."""
        with contextlib.suppress(HardenError):
            self.engine._run(["rm", "--force", "--volumes", self.name], _REMOVE_SECONDS)

    def _inspect(self, *flags: str) -> Mapping[str, Any]:
        done = self.engine._run([*self.engine.known["inspect"], *flags, self.name], _CALL_SECONDS)
        if done.code != 0:
            self.engine.require_alive("while a container was running")
            raise EngineError(
                f"{self.engine.name} lost the container {self.name[:12]}: "
                f"{cause_of(done.complaint)}"
            )
        found = json.loads(done.out)
        assert isinstance(found, list)
        return found[0] if found else {}


def build_flags(order: BuildOrder) -> list[str]:
    """The flags of `build` that all engines share."""
    flags: list[str] = []
    if order.target:
        flags += ["--target", order.target]
    if order.network:
        flags += ["--network", order.network]
    for name, value in order.arguments.items():
        flags += ["--build-arg", f"{name}={value}"]
    for name in order.hidden_arguments:
        flags += ["--build-arg", name]
    for name, path in order.secret_files.items():
        flags += ["--secret", f"id={name},src={path}"]
    return flags


def cause_of(output: str) -> str:
    """The line of an engine's output that says what went wrong, without its prefix."""
    lines = [line.strip() for line in output.split("\n") if line.strip()]
    for line in reversed(lines):
        for prefix in ("ERROR: ", "Error: ", "error: "):
            if line.startswith(prefix):
                for wrapping in (prefix, "failed to build: ", "failed to solve: "):
                    line = line.removeprefix(wrapping)
                return line
    return lines[-1] if lines else "no message"


def _bytes_below(folder: str) -> int:
    """Bytes of the files below a folder; 0 where it can't be read."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(parent) / name).lstat().st_blocks * 512
    return total
