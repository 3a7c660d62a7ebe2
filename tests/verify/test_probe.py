"""Containers are asked over HTTP, whatever the way in."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hardener.verify.engine import RunOrder, State, removing
from hardener.verify.probe import Probe, UnreachableError, Way, connector
from hardener.verify.session import Session
from tests.verify.casefolder import CASES
from tests.verify.conftest import SMALL

NOT_ON_THIS_MACHINE = State(running=True, exit_code=None, pid=None)


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked, in chunks."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        for part in (self.path.encode(), body):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found.server_port
        found.shutdown()


PROGRAMS = [
    name for name in ("python3", "perl", "node", "php", "ruby", "bash", "busybox", "nc")
    if shutil.which(name)
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_carry_requests(program: str, server: int) -> None:
    """Every command of data/connectors.toml whose program this machine has."""
    folders = ("usr/local/bin", "usr/bin", "bin")
    argv = next(
        found
        for folder in folders
        if (found := connector({f"{folder}/{program}"}, server)) is not None
    )
    request = Probe(server, "/x", "POST", b"body").request
    done = subprocess.run(
        [str(shutil.which(program)), *argv[1:]], input=request, capture_output=True, timeout=30,
        check=False,
    )  # fmt: skip
    assert done.stdout.startswith(b"HTTP/1.1 201"), done.stderr
    assert b"body" in done.stdout


def test_image_without_any_program() -> None:
    assert connector({"app/server"}, 80) is None


@pytest.fixture(scope="module")
def greeter(bench_session: Session) -> Iterator[str]:
    """An image that answers on port 8080, built as the case "missing-file-answer"."""
    tag = bench_session.tag("greeter")
    folder = CASES / "missing-file-answer" / "before"
    done = subprocess.run(
        ["docker", "build", "--quiet", "--network", "host", "--tag", tag,
         "--label", f"hardener.verify={bench_session.run_id}", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield tag
    bench_session.engine.remove_image(tag)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("pid", "files", "other"),
    [
        pytest.param(True, set(), set(), id="through the kernel"),
        pytest.param(False, {"usr/bin/perl"}, set(), id="by a program in it"),
        pytest.param(False, set(), {"usr/bin/perl"}, id="by a program of another image"),
    ],
)
def test_ways_in(
    pid: bool,
    files: set[str],
    other: set[str],
    greeter: str,
    bench_session: Session,
) -> None:
    engine = bench_session.engine
    with removing(engine.start(greeter, RunOrder())) as container:
        way = Way(engine, container, "none", files, f"{SMALL}:1", other)
        state = container.state() if pid else NOT_ON_THIS_MACHINE
        answer = None
        for _ in range(100):
            answer = way.ask(Probe(8080), state)
            if not answer.failure:
                break
        assert answer is not None
        assert (answer.status, answer.body) == (200, b"good day\n")
        refused = replace(Probe(8080), port=8081)
        assert way.ask(refused, state).failure


@pytest.mark.engine
def test_host_network(server: int, greeter: str, bench_session: Session) -> None:
    engine = bench_session.engine
    with removing(engine.start(greeter, RunOrder())) as container:
        way = Way(engine, container, "host", set(), greeter, set())
        answer = way.ask(Probe(server, "/x", "POST", b"body"), NOT_ON_THIS_MACHINE)
        assert (answer.status, answer.body) == (201, b"/xbody")


@pytest.mark.engine
def test_no_way_in(greeter: str, bench_session: Session) -> None:
    engine = bench_session.engine
    with removing(engine.start(greeter, RunOrder())) as container:
        way = Way(engine, container, "none", set(), greeter, set())
        with pytest.raises(UnreachableError, match="run verify as root"):
            way.ask(Probe(8080), NOT_ON_THIS_MACHINE)


@pytest.mark.engine
def test_written_paths(greeter: str, bench_session: Session) -> None:
    """Files and folders, read from a container that may have no shell."""
    engine = bench_session.engine
    with removing(engine.start(greeter, RunOrder())) as container:
        assert container.holds("/app/greeting.txt")
        assert container.holds("/app")
        assert not container.holds("/app/nothing")
        assert container.written() is not None
