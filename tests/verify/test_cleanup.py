"""Whatever ends verify, no container, image, process or temporary folder is left."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hardener.verify.bench import Options
from hardener.verify.difference import Verdict
from hardener.verify.proof import verify_file
from hardener.verify.recipe import recipe_for
from hardener.verify.run import Watch
from hardener.verify.session import PREFIX, FreeDisk, Session, session
from tests.verify.casefolder import Case
from tests.verify.conftest import REPOSITORY, SMALL, folders_left, left_of
from tests.verify.drive import adding_a_user
from tests.verify.socketproxy import SocketProxy

pytestmark = pytest.mark.engine


# a number that no other process sleeps for
SLEEP = f"sleep 7{os.getpid()}"


def wait_for(happens: Callable[[], object], what: str) -> None:
    """Wait until something is the case; fail after half a minute."""
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.1)


def sleeping() -> bool:
    """Whether the sleep of this test's image or build is running."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().replace(b"\0", b" ").strip() == SLEEP.encode():
                return True
    return False


@dataclass
class Run:
    """A verify in another process."""

    process: subprocess.Popen[str]
    temporary: Path

    @property
    def run_id(self) -> str:
        return self.folders[0].name.removeprefix(PREFIX).partition("-")[0]

    @property
    def folders(self) -> list[Path]:
        return folders_left(self.temporary)

    def left(self, run_id: str) -> list[object]:
        return [*left_of(run_id), *self.folders]


@pytest.fixture
def project(tmp_path: Path, small_base: str) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def start(project: Path, temporary_folder: Path) -> Iterator[Callable[[str, str | None, str], Run]]:
    """Starts a verify of the project with this Dockerfile."""
    processes = []

    def begin(dockerfile: str, docker_host: str | None = None, seconds: str = "60") -> Run:
        (project / "Dockerfile").write_text(dockerfile)
        environment = {**os.environ, "TMPDIR": str(temporary_folder)}
        if docker_host:
            environment["DOCKER_HOST"] = docker_host
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.verify.drive", str(project), "--seconds", seconds],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return Run(process, temporary_folder)

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


STUCK_BUILD = f"FROM {SMALL}:1\nRUN exec {SLEEP}\n"
RUNS_ON = f"FROM {SMALL}:1\nCMD {json.dumps(SLEEP.split())}\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("dockerfile", [STUCK_BUILD, RUNS_ON], ids=["build", "run"])
def test_interrupt_in_the_middle(
    dockerfile: str, number: signal.Signals, start: Callable[[str], Run]
) -> None:
    run = start(dockerfile)
    wait_for(sleeping, "the build or container runs")
    run_id = run.run_id
    run.process.send_signal(number)
    out, err = run.process.communicate(timeout=60)
    assert run.process.returncode == 130
    assert out == ""
    assert err.strip().split("\n")[-1] == "harden: interrupted"
    assert "Traceback" not in err
    assert run.left(run_id) == []
    wait_for(lambda: not sleeping(), "the build's or container's process ends")


def test_second_interrupt_does_not_stop_the_cleaning(start: Callable[[str], Run]) -> None:
    run = start(RUNS_ON)
    wait_for(sleeping, "the container runs")
    run_id = run.run_id
    for _ in range(3):
        run.process.send_signal(signal.SIGINT)
    run.process.communicate(timeout=60)
    wait_for(lambda: not run.left(run_id), "everything is taken away")


def test_killed_outright(start: Callable[[str], Run]) -> None:
    run = start(RUNS_ON)
    wait_for(sleeping, "the container runs")
    run_id = run.run_id
    assert left_of(run_id)
    run.process.kill()
    wait_for(lambda: not run.left(run_id), "the second process takes everything away")
    assert not sleeping()


def test_hanging_build_is_ended(start: Callable[[str, str | None, str], Run]) -> None:
    run = start(STUCK_BUILD, None, "3")
    wait_for(sleeping, "the build runs")
    run_id = run.run_id
    out, err = run.process.communicate(timeout=60)
    assert run.process.returncode == 1, err
    (result,) = json.loads(out)["results"]
    assert result["verdict"] == "can't tell"
    assert "the build didn't end within 3 s" in result["reason"]
    assert run.left(run_id) == []
    wait_for(lambda: not sleeping(), "the build's process ends")


@pytest.mark.parametrize("dockerfile", [STUCK_BUILD, RUNS_ON], ids=["build", "run"])
def test_engine_goes_away(
    dockerfile: str, start: Callable[[str, str], Run], engine: str, tmp_path: Path
) -> None:
    """One clear message at once; what is left is taken away when the engine is back."""
    proxy = SocketProxy(tmp_path / "docker.sock", engine.removeprefix("unix://"))
    proxy.begin()
    run = start(dockerfile, proxy.address)
    wait_for(sleeping, "the build or container runs")
    run_id = run.run_id
    proxy.end()
    out, err = run.process.communicate(timeout=60)
    assert run.process.returncode == 2
    assert out == ""
    message = err.strip().split("\n")[-1]
    assert message.startswith("harden: docker went away while")
    assert f"docker rm -fv $(docker ps -aq --filter label=hardener.verify={run_id})" in message
    assert "Traceback" not in err
    proxy.begin()
    wait_for(lambda: not run.left(run_id), "everything is taken away")
    wait_for(lambda: not sleeping(), "the build's or container's process ends")
    proxy.end()


def test_kept_images_are_all_that_is_kept(small_base: str, temporary_folder: Path) -> None:
    case = Case("secret-in-layer")
    recipe = recipe_for(case.dockerfile, case.dockerfile.parent)
    options = Options("host", 60.0, Watch(up_for=0.0), keep=True)
    with session("docker", keep=True) as found:
        outcome = verify_file(found, recipe, case, options)
    assert [tag.rpartition("-")[2] for tag in outcome.kept] == ["before", "after"]
    assert len(left_of(found.run_id)) == 2
    assert folders_left(temporary_folder) == []
    found.engine.clean()
    assert left_of(found.run_id) == []


def test_full_disk_stops_a_build(project: Path, bench_session: Session) -> None:
    (project / "Dockerfile").write_text(STUCK_BUILD)
    recipe = recipe_for(project / "Dockerfile", project)
    full = replace(bench_session, guard=FreeDisk(bench_session.engine.disk, 1 << 62))
    outcome = verify_file(full, recipe, adding_a_user(recipe), Options("host"))
    assert outcome.verdict is Verdict.CANT_TELL
    assert "MiB are left on the disk" in outcome.reason
    wait_for(lambda: not sleeping(), "the build's process ends")


def test_working_tree_is_not_touched(project: Path, bench_session: Session) -> None:
    (project / "Dockerfile").write_text(f"FROM {SMALL}:1\nCOPY . /app\nCMD cat /app/data\n")
    (project / "data").write_text("data\n")
    (project / "data").chmod(0o640)
    (project / "link").symlink_to("data")
    before = fingerprint(project)
    recipe = recipe_for(project / "Dockerfile", project)
    outcome = verify_file(bench_session, recipe, adding_a_user(recipe), Options("host"))
    # the file is root's and not readable to others: seen by running, not by looking
    assert "Permission denied" in outcome.reason
    assert fingerprint(project) == before


def fingerprint(folder: Path) -> dict[str, object]:
    """Everything that can change about the files of a folder."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = b"" if path.is_symlink() else path.read_bytes()
        found[path.name] = (
            status.st_ino,
            status.st_mode,
            status.st_mtime_ns,
            status.st_nlink,
            hashlib.sha256(content).hexdigest(),
        )
    return found
