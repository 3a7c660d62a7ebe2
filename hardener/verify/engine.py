"""What verifying asks of a container engine, and how one is found on the machine."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from hardener.errors import HardenError
from hardener.verify.process import Finished, ProgramMissingError, Programs, TimedOutError

LABEL = "hardener.verify"
_CHECK_SECONDS = 20.0


class EngineError(HardenError):
    """The engine can't be used, or went away; nothing is said about the Dockerfile."""


class BuildFailedError(HardenError):
    """The image didn't build; the message is the cause, `output` the end of what was printed."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """One image to build.

    Attributes:
        context, dockerfile: absolute paths.
        tag: what the image is called, "name:tag".
        target: the stage to build; None for the last.
        arguments: build arguments that may be seen in a list of processes.
        hidden_arguments: those that may not: they reach the engine's program as environment.
        secret_files: id -> a file that only the user can read.
        network: what `--network` gets; None for the engine's default.
        timeout: seconds.
    """

    context: Path
    dockerfile: Path
    tag: str
    target: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    hidden_arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_files: Mapping[str, Path] = field(default_factory=dict)
    network: str | None = None
    timeout: float = 900.0


@dataclass(frozen=True, slots=True)
class RunOrder:
    """How a container is to be started.

    Attributes:
        command: in place of the image's command; None to keep that.
        environment_file: lines of NAME=value, or None.
        network: "none", "host" or a network's name.
        memory: bytes; memory and swap together.
        processes: at most this many.
        disk: bytes that it may write.
        publish: container ports to be reachable on 127.0.0.1 (not with "none" and "host").
        has_healthcheck: the image has one, and it's to be asked about every second.
    """

    command: tuple[str, ...] | None = None
    environment_file: Path | None = None
    network: str = "none"
    memory: int = 1 << 30
    processes: int = 512
    disk: int = 2 << 30
    publish: tuple[int, ...] = ()
    has_healthcheck: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How a container is doing.

    `pid` is process 1's on this machine, None where it isn't here; `error` says why it couldn't be
    started.
    """

    running: bool
    exit_code: int | None
    pid: int | None = None
    health: str | None = None
    out_of_memory: bool = False
    error: str = ""


class Container(Protocol):
    """A container that was started."""

    @property
    def name(self) -> str:
        """The id, or another word the engine knows it by."""

    def state(self) -> State:
        """How it's doing."""

    def output(self) -> bytes:
        """The last 256 KiB that it printed."""

    def written(self) -> int | None:
        """Bytes written to its layer and volumes; None where the engine can't say."""

    def holds(self, path: str) -> bool | None:
        """Whether `path` in it is a file or folder with something in it; None: can't say."""

    def execute(self, argv: Sequence[str], stdin: bytes, timeout: float) -> Finished:
        """Run a program in it."""

    def published(self, port: int) -> int | None:
        """The port of 127.0.0.1 that leads to its `port`."""

    def user_ids(self) -> tuple[int, ...]:
        """User ids of its processes, process 1 first, as the engine lists them; may be empty."""

    def stop(self) -> None:
        """End its processes at once."""

    def remove(self) -> None:
        """Stop it and take it away, with its volumes."""


class Engine(Protocol):
    """A container engine, driven through its command line."""

    @property
    def name(self) -> str:
        """As in `--engine`."""

    @property
    def version(self) -> str:
        """As the engine tells it."""

    @property
    def heredocs(self) -> bool:
        """It builds Dockerfiles with here-documents."""

    @property
    def disk(self) -> Path | None:
        """A folder of this machine on the file system that images and containers are kept on."""

    def build(self, order: BuildOrder, guard: DiskGuard) -> None:
        """Build an image. Raises BuildFailedError, TimedOutError, EngineError."""

    def archives(
        self, tags: Sequence[str], timeout: float
    ) -> Iterator[tuple[str, AbstractContextManager[BinaryIO]]]:
        """Saved images: (tag, stream), or ("", stream) for one archive that holds them all."""

    def start(self, tag: str, order: RunOrder) -> Container:
        """Start a container from an image. Raises EngineError."""

    def remove_image(self, tag: str) -> None:
        """Take one image away; that it isn't there is no error."""

    def clean(self) -> None:
        """Take away every container and image of this run. Raises EngineError."""

    def require_alive(self, when: str) -> None:
        """Raise EngineError if it doesn't answer any more; `when` says what was going on."""

    def how_to_clean(self) -> str:
        """The command with which a person does the same."""

    def join(
        self, container: Container, tag: str, argv: Sequence[str], stdin: bytes, timeout: float
    ) -> Finished | None:
        """Run a program of another image in a container's network; None: can't be done."""


class DiskGuard(Protocol):
    """Called now and then while something runs; raises HardenError when the disk is filling."""

    def __call__(self) -> None: ...


@cache
def _engine_data() -> dict[str, dict[str, Any]]:
    text = resources.files("hardener.verify").joinpath("data/engines.toml").read_text("utf-8")
    return tomllib.loads(text)


def engine_table() -> dict[str, dict[str, Any]]:
    """What is known of each engine's command line (data/engines.toml)."""
    return {name: entry for name, entry in _engine_data().items() if "program" in entry}


def is_transient(message: str) -> bool:
    """Whether a build's error is one of the network or of a registry's limits.

    The words stand in data/engines.toml.
    """
    return any(words in message for words in _engine_data()["transient"]["words"])


def names_of_engines() -> tuple[str, ...]:
    """The engines in the order in which they are tried."""
    return tuple(engine_table())


def find_engine(name: str | None, programs: Programs, run_id: str, folder: Path) -> Engine:
    """The engine of that name, or the first that works here.

    Parameters:
        run_id: what everything it makes is labelled with.
        folder: for its temporary files.

    Raises:
        EngineError: none works; the message says what is missing for each.
    """
    problems = []
    for candidate in (name,) if name else names_of_engines():
        try:
            version = _version_of(candidate, programs)
        except EngineError as error:
            problems.append(f"{candidate}: {error.message}")
            continue
        return _connect(candidate, version, programs, run_id, folder)
    raise EngineError("no container engine can be used here. " + "; ".join(problems))


def _version_of(name: str, programs: Programs) -> str:
    known = engine_table()[name]
    version = ""
    for arguments in (known["check"], known.get("server", known["check"])):
        try:
            done = programs.run([known["program"], *arguments], timeout=_CHECK_SECONDS)
        except ProgramMissingError as error:
            raise EngineError(f"not installed ({known['install']})") from error
        except TimedOutError as error:
            raise EngineError(f"doesn't answer within {_CHECK_SECONDS:g} s") from error
        if done.code != 0:
            raise EngineError(done.complaint.split("\n")[-1] or f"exit code {done.code}")
        version = done.text.split("\n")[0]
    return version


def _connect(name: str, version: str, programs: Programs, run_id: str, folder: Path) -> Engine:
    if name == "buildah":
        from hardener.verify.buildah import Buildah

        return Buildah.connect(version, programs, run_id, folder)
    from hardener.verify.docker import DockerLike

    return DockerLike.connect(name, version, programs, run_id)


@contextlib.contextmanager
def removing(container: Container) -> Iterator[Container]:
    """The container, taken away when the block is left."""
    try:
        yield container
    finally:
        container.remove()
