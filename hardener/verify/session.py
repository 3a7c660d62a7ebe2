"""One run of verify: its id, its temporary folder, its engine, and taking all of it away again."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from hardener.errors import HardenError
from hardener.verify.engine import Engine, EngineError, find_engine
from hardener.verify.process import Programs

PREFIX = "hardener-verify-"
_PRIVATE = "private"
# how long the second process tries, once this one is gone
REAPER_SECONDS = 300.0
_CLEAN_SECONDS = 5.0
_LEAST_FREE_BYTES = 1 << 30
# what changes the words of the engines' messages, or what they print
_QUIET = {"NO_COLOR": "1", "DOCKER_CLI_HINTS": "false", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


@dataclass(frozen=True, slots=True)
class Session:
    """What is shared by all Dockerfiles of one run.

    Attributes:
        run_id: twelve hex digits, the value of the label on all images and containers.
        folder: a temporary folder that only the user can enter.
    """

    run_id: str
    folder: Path
    engine: Engine
    guard: FreeDisk
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def private_file(self, name: str, content: bytes) -> Path:
        """A new file in the temporary folder that only the user can read."""
        folder = self.folder / _PRIVATE
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        return path

    def next_number(self) -> int:
        """1, 2, 3 …"""
        return next(self._numbers)

    def tag(self, name: str) -> str:
        """The name of an image of this run."""
        return f"hardener-verify:{self.run_id}-{name}"


@dataclass(frozen=True, slots=True)
class FreeDisk:
    """Raises when the file system that images and containers are on is running full."""

    folder: Path | None
    least: int

    @staticmethod
    def of(engine: Engine) -> FreeDisk:
        """The guard for this engine: one GiB, or half of what is free now, has to stay free."""
        if engine.disk is None:
            return FreeDisk(None, 0)
        return FreeDisk(engine.disk, min(_LEAST_FREE_BYTES, _free(engine.disk) // 2))

    def __call__(self) -> None:
        """Raise HardenError if too little is left."""
        if self.folder is not None and _free(self.folder) < self.least:
            raise HardenError(
                f"stopped: under {self.least >> 20} MiB are left on the disk of {self.folder}; "
                "what was running is filling it, or it was nearly full before"
            )


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@contextlib.contextmanager
def session(
    engine_name: str | None,
    *,
    environment: Mapping[str, str] | None = None,
    keep: bool = False,
    clean_seconds: float = _CLEAN_SECONDS,
) -> Iterator[Session]:
    """Find the engine and make a temporary folder; at the end nothing of the run is left.

    That holds for errors, Ctrl-C and SIGTERM. If this process is killed outright, or the engine
    is away, a second process that was started with it does the cleaning as soon as it can.

    Parameters:
        keep: leave the images for a person to look at; all else goes.
        clean_seconds: how long to wait for an engine that doesn't answer.

    Raises:
        EngineError: no engine works, or it's away at the end (with the command to clean up).
    """
    run_id = secrets.token_hex(6)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{run_id}-"))
    given = {**(os.environ if environment is None else environment), **_QUIET}
    engine: Engine | None = None
    with _Reaper(run_id, folder, given) as reaper:
        try:
            programs = Programs(given, reaper.started, reaper.ended)
            engine = find_engine(engine_name, programs, run_id, folder)
            reaper.engine(engine.name)
            with _terminated_is_interrupt():
                yield Session(run_id, folder, engine, FreeDisk.of(engine))
        except BaseException as error:
            with _no_interrupts():
                left = _clean(engine, folder, clean_seconds)
                if not left:
                    reaper.done()
            if left:
                raise EngineError(f"{_sentence(error)}{left}") from error
            raise
        else:
            with _no_interrupts():
                left = _keep_images(folder) if keep else _clean(engine, folder, clean_seconds)
                if not left:
                    reaper.done()
            if left:
                raise EngineError(left)


def _sentence(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; "
    return f"{error}; " if isinstance(error, HardenError) else f"{type(error).__name__}; "


def _clean(engine: Engine | None, folder: Path, seconds: float) -> str:
    """Take everything away; returns what couldn't be, as a sentence, or nothing."""
    left = ""
    if engine is not None:
        left = clean_engine(engine, seconds)
    shutil.rmtree(folder, ignore_errors=True)
    return left


def _keep_images(folder: Path) -> str:
    """Take away the folder, but for an engine's store in it; containers are gone already."""
    shutil.rmtree(folder / _PRIVATE, ignore_errors=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return ""


def clean_engine(engine: Engine, seconds: float) -> str:
    """Take away a run's containers and images, trying again for some seconds.

    Returns:
        nothing, or a sentence with the command that is left to a person.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            engine.clean()
        except HardenError:
            if time.monotonic() > deadline:
                return (
                    f"{engine.name} doesn't answer, so containers and images may be left: they "
                    f"are taken away if it's back within {int(REAPER_SECONDS / 60)} minutes, "
                    f"or by: {engine.how_to_clean()}"
                )
            time.sleep(0.5)
        else:
            return ""


class _Reaper:
    """Another process that cleans up if this one can't.

    It's told over a pipe which process groups run, and learns that this process is gone by the
    pipe's end (hardener/verify/reaper.py).
    """

    def __init__(self, run_id: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._argv = [sys.executable, "-m", "hardener.verify.reaper", run_id, str(folder)]
        self._environment = dict(environment)
        self._pipe: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Reaper:
        reading, self._pipe = os.pipe()
        os.set_inheritable(self._pipe, False)
        self._process = subprocess.Popen(
            self._argv,
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        os.close(reading)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def engine(self, name: str) -> None:
        """The engine to clean."""
        self._tell(f"engine {name}")

    def started(self, group: int) -> None:
        """A process group runs."""
        self._tell(f"started {group}")

    def ended(self, group: int) -> None:
        """A process group is gone."""
        self._tell(f"ended {group}")

    def done(self) -> None:
        """Nothing is left to do."""
        self._tell("done")
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5.0)

    def _tell(self, line: str) -> None:
        if self._pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._pipe, f"{line}\n".encode())


@contextlib.contextmanager
def _terminated_is_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does: by an exception that cleans up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt, signal.SIGTERM, signal.SIGHUP):
        yield


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """A second Ctrl-C doesn't stop the cleaning."""
    with _handled(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield


@contextlib.contextmanager
def _handled(
    handler: Callable[[int, FrameType | None], object] | signal.Handlers, *numbers: signal.Signals
) -> Iterator[None]:
    try:
        before = {number: signal.signal(number, handler) for number in numbers}
    except ValueError:  # signals belong to the main thread
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
