"""Programs are ended in time, with all they started, and never through a shell."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.verify.process import ProgramMissingError, Programs, TimedOutError

PROGRAMS = Programs()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_and_code() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = PROGRAMS.run(python(code), timeout=30)
    assert (done.code, done.out, done.err) == (3, b"out\n", b"err\n")


def test_arguments_are_no_shell_words() -> None:
    done = PROGRAMS.run([*python("import sys; print(sys.argv[1])"), "$HOME; `id`"], timeout=30)
    assert done.text == "$HOME; `id`"


def test_standard_input_larger_than_a_pipe() -> None:
    given = b"x" * 300_000
    done = PROGRAMS.run(
        python("import sys; print(len(sys.stdin.buffer.read()))"), timeout=30, stdin=given
    )
    assert done.text == "300000"


def test_only_the_end_of_the_output_is_kept() -> None:
    done = PROGRAMS.run(python("print('a' * 100000); print('end')"), timeout=30, keep=10)
    assert done.out == b"aaaaa\nend\n"


def test_time_limit_ends_the_children_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = "import time; time.sleep(600)"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "print('begun', flush=True)\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(TimedOutError) as caught:
        PROGRAMS.run(python(code), timeout=2)
    assert caught.value.output == b"begun\n"
    assert is_gone(int(note.read_text()))


def test_what_the_tick_raises_ends_the_program() -> None:
    started: list[int] = []

    def tick() -> None:
        raise HardenError("disk full")

    programs = Programs(started=started.append)
    with pytest.raises(HardenError, match="disk full"):
        programs.run(python("import time; time.sleep(600)"), timeout=60, tick=tick)
    assert is_gone(started[0])


def test_program_that_ignores_being_asked_is_killed() -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with pytest.raises(TimedOutError):
        PROGRAMS.run(python(code), timeout=1)


def test_missing_program() -> None:
    with pytest.raises(ProgramMissingError, match="no-such-program can't be started"):
        PROGRAMS.run(["no-such-program"], timeout=5)


def test_stream_of_a_program_that_fails_tells_its_last_words() -> None:
    code = "import sys; print('part'); sys.exit('no space left')"
    with (
        pytest.raises(HardenError, match="no space left"),
        PROGRAMS.stream(python(code), timeout=30) as stream,
    ):
        assert stream.read() == b"part\n"


def test_stream_that_is_left_early_ends_the_program() -> None:
    started: list[int] = []
    programs = Programs(started=started.append)
    code = "import sys\nwhile True: sys.stdout.write('x' * 1000)"
    with programs.stream(python(code), timeout=60, whole=False) as stream:
        assert stream.read(10) == b"x" * 10
    assert is_gone(started[0])


def is_gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/status")
        if status.exists() and "zombie" in status.read_text():
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
