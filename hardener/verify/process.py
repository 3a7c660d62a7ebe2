"""Runs other programs by argument list, with a time limit, in a group that is always ended."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

from hardener.errors import HardenError

KEPT_BYTES = 256 * 1024
_GRACE_SECONDS = 5.0
_CHUNK = 64 * 1024


class TimedOutError(HardenError):
    """A program ran longer than it may; `output` is the end of what it printed."""

    def __init__(self, message: str, output: bytes = b"") -> None:
        super().__init__(message)
        self.output = output


class ProgramMissingError(HardenError):
    """The program isn't on PATH, or can't be executed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: its exit code and the last bytes of what it printed."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output, decoded and stripped."""
        return self.out.decode("utf-8", "replace").strip()

    @property
    def complaint(self) -> str:
        """What it printed, standard error after standard output, decoded and stripped."""
        return (self.out + self.err).decode("utf-8", "replace").strip()


class _Tail:
    """Keeps the last `limit` bytes of what is added."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()

    def add(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > 2 * self._limit:
            del self._kept[: -self._limit]

    def __bytes__(self) -> bytes:
        return bytes(self._kept[-self._limit :])


@dataclass(frozen=True, slots=True)
class Programs:
    """Starts programs, each in a process group of its own.

    Attributes:
        environment: what every program gets as environment.
        started, ended: told the process group's id when a program begins and when it's gone, so
            that another process can end what is left if this one is killed.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    started: Callable[[int], None] = lambda group: None
    ended: Callable[[int], None] = lambda group: None

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
        tick: Callable[[], None] | None = None,
        keep: int = KEPT_BYTES,
    ) -> Finished:
        """Run a program to its end.

        Parameters:
            argv: program and arguments; no shell is involved.
            timeout: seconds after which the process group is ended.
            stdin: what the program reads.
            extra: environment variables for this program only, the place for secret values.
            tick: called about twice a second; whatever it raises ends the program.
            keep: how many of the last bytes of each output are kept.

        Raises:
            TimedOutError, ProgramMissingError.
        """
        with self._started(argv, stdin, extra) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            tails = {process.stdout: _Tail(keep), process.stderr: _Tail(keep)}
            deadline = time.monotonic() + timeout
            for now in _pump(process, tails):
                if now > deadline:
                    end_group(process)
                    raise TimedOutError(
                        f"{argv[0]} was ended after {timeout:g} s",
                        bytes(tails[process.stdout]) + bytes(tails[process.stderr]),
                    )
                if tick is not None:
                    tick()
            return Finished(
                process.wait(), bytes(tails[process.stdout]), bytes(tails[process.stderr])
            )

    @contextlib.contextmanager
    def stream(
        self, argv: Sequence[str], *, timeout: float, whole: bool = True
    ) -> Iterator[BinaryIO]:
        """A program's standard output as a stream; ended when the block is left.

        Parameters:
            whole: the rest is read too, and that the program fails is an error.

        Raises:
            TimedOutError: it was still writing after `timeout` seconds.
            HardenError: it failed (its last line of error output is in the message).
        """
        with (
            tempfile.TemporaryFile() as errors,
            self._started(argv, b"", None, stderr=errors) as process,
        ):
            assert process.stdout is not None
            late = threading.Event()

            def stop() -> None:
                late.set()
                end_group(process)

            timer = threading.Timer(timeout, stop)
            timer.daemon = True
            timer.start()
            try:
                yield cast(BinaryIO, process.stdout)
                while whole and process.stdout.read(_CHUNK):
                    pass  # a program that is not read to its end fails with a broken pipe
            except Exception as error:
                end_group(process)
                if whole and not late.is_set():
                    _raise_for(argv, process.wait(), errors, error)
                raise
            finally:
                timer.cancel()
            if late.is_set():
                raise TimedOutError(f"{argv[0]} was ended after {timeout:g} s")
            if whole:
                _raise_for(argv, process.wait(), errors, None)

    def start(
        self, argv: Sequence[str], *, output: IO[bytes], extra: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program that runs on; what it prints goes to `output`.

        The caller ends it with `end_group` and reports it with `ended`.
        """
        process = self._spawn(argv, subprocess.DEVNULL, extra, stdout=output, stderr=output)
        self.started(process.pid)
        return process

    @contextlib.contextmanager
    def _started(
        self,
        argv: Sequence[str],
        stdin: bytes,
        extra: Mapping[str, str] | None,
        stderr: IO[bytes] | int = subprocess.PIPE,
    ) -> Iterator[subprocess.Popen[bytes]]:
        # a file, not a pipe: a program that doesn't read its input can't block us
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            process = self._spawn(argv, given, extra, stdout=subprocess.PIPE, stderr=stderr)
        self.started(process.pid)
        try:
            yield process
        finally:
            end_group(process)
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            self.ended(process.pid)

    def _spawn(
        self,
        argv: Sequence[str],
        stdin: IO[bytes] | int,
        extra: Mapping[str, str] | None,
        *,
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                list(argv),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env={**self.environment, **(extra or {})},
                start_new_session=True,
            )
        except OSError as error:
            raise ProgramMissingError(
                f"{argv[0]} can't be started: {error.strerror or error}"
            ) from error


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: asked first, killed after five seconds."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _pump(process: subprocess.Popen[bytes], tails: Mapping[IO[bytes], _Tail]) -> Iterator[float]:
    """Read the pipes until they close or the program is gone; yields the time now and then."""
    with selectors.DefaultSelector() as selector:
        for pipe, tail in tails.items():
            selector.register(pipe, selectors.EVENT_READ, tail)
        next_yield = 0.0
        while selector.get_map():
            ready = selector.select(0.2)
            for key, _ in ready:
                data = os.read(key.fd, _CHUNK)
                if data:
                    key.data.add(data)
                else:
                    selector.unregister(key.fileobj)
            now = time.monotonic()
            if now >= next_yield:
                next_yield = now + 0.5
                yield now
            if not ready and process.poll() is not None:
                return  # a grandchild that keeps the pipe open doesn't keep us


def _raise_for(argv: Sequence[str], code: int, errors: IO[bytes], cause: Exception | None) -> None:
    if code == 0:
        return
    errors.seek(0)
    lines = errors.read()[-KEPT_BYTES:].decode("utf-8", "replace").strip().split("\n")
    raise HardenError(f"{argv[0]} failed: {lines[-1].strip()}") from cause
