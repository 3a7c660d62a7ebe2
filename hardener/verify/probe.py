"""Asks a container over HTTP, also one without a network and without a single tool in it."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import tomllib
import urllib.parse
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from hardener.errors import HardenError
from hardener.verify.engine import Container, Engine, State
from hardener.verify.facts import Answer
from hardener.verify.kernel import connect_inside

LONGEST_BODY = 1 << 20
_SECONDS = 10.0


class UnreachableError(HardenError):
    """There is no way into the container's network from here."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One HTTP request and what is expected of the answer.

    Attributes:
        path: with the query.
        status, contains: what the answer has to be; None and empty where only the answers before
            and after are compared. `contains` stands in the body, or is the body if `exact`.
    """

    port: int
    path: str = "/"
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: bool = False
    status: int | None = None
    contains: tuple[str, ...] = ()
    exact: bool = False

    @property
    def text(self) -> str:
        """As in messages: "GET :8080/health"."""
        return f"{self.method} :{self.port}{self.path}"

    @property
    def request(self) -> bytes:
        """The bytes to send (RFC 9112)."""
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "User-Agent": "harden-verify",
            "Accept": "*/*",
            "Connection": "close",
        }
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(len(self.body))
        headers.update(self.headers)
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def probe_of_url(url: str) -> Probe:
    """The probe that `--probe http://:8080/health` means.

    Raises:
        HardenError: no http or https URL, or another host than the container itself.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        usual = {"http": 80, "https": 443}[parts.scheme]
        port = parts.port or usual
    except (KeyError, ValueError) as error:
        raise HardenError(f"--probe {url}: write it as http://:8080/path") from error
    if (parts.hostname or "localhost") not in ("localhost", "127.0.0.1", "::1", "0.0.0.0"):
        raise HardenError(
            f"--probe {url}: only the container itself is asked; leave the host out, "
            f"as in {parts.scheme}://:{port}/"
        )
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if any(character.isspace() for character in path):
        raise HardenError(f"--probe {url}: white space in a URL is written as %20")
    return Probe(port, path, tls=parts.scheme == "https")


@dataclass(frozen=True, slots=True)
class Way:
    """The ways into one container's network.

    Attributes:
        network: what the container was started with.
        files: paths of the image that runs, to see which programs it has.
        other_tag, other_files: another image whose programs may be used beside it.
    """

    engine: Engine
    container: Container
    network: str
    files: Collection[str]
    other_tag: str
    other_files: Collection[str]

    def ask(self, probe: Probe, state: State) -> Answer:
        """What comes back for a probe; that nothing answers is told in the answer.

        Raises:
            UnreachableError: there is no way in.
        """
        try:
            return self._ask(probe, state)
        except (OSError, http.client.HTTPException) as error:
            return Answer(None, "", b"", failure=_reason(error))

    def _ask(self, probe: Probe, state: State) -> Answer:
        connection = self._connection(probe.port, state)
        if connection is not None:
            with connection:
                return _over(connection, probe)
        if probe.tls:
            raise UnreachableError(
                f"{probe.text} needs TLS, for which verify has to be root on the engine's machine"
            )
        return self._by_program(probe)

    def _connection(self, port: int, state: State) -> socket.socket | None:
        if self.network == "host":
            return socket.create_connection(("127.0.0.1", port), _SECONDS)
        if state.pid is not None:
            try:
                return connect_inside(state.pid, port, _SECONDS)
            except PermissionError:
                pass  # not root: the other ways are left
        published = None if self.network == "none" else self.container.published(port)
        if published is not None:
            return socket.create_connection(("127.0.0.1", published), _SECONDS)
        return None

    def _by_program(self, probe: Probe) -> Answer:
        argv = connector(self.files, probe.port)
        if argv is not None:
            done = self.container.execute(argv, probe.request, _SECONDS + 5)
        else:
            argv = connector(self.other_files, probe.port)
            joined = argv and self.engine.join(
                self.container, self.other_tag, argv, probe.request, _SECONDS + 5
            )
            if not joined:
                raise UnreachableError(
                    f"{probe.text}: the container's network can't be entered; run verify as root "
                    "on the engine's machine, or with --network bridge"
                )
            done = joined
        if not done.out:
            raise ConnectionError(done.complaint.split("\n")[-1] or "no answer")
        return _read(_Received(done.out), probe)


def connector(files: Collection[str], port: int) -> list[str] | None:
    """The command, of those in data/connectors.toml, that an image with these paths can run."""
    for known in _connectors():
        for program in known["programs"]:
            if program in files:
                return [
                    "/" + program,
                    *(part.replace("{port}", str(port)) for part in known["argv"]),
                ]
    return None


@cache
def _connectors() -> list[dict[str, Any]]:
    text = resources.files("hardener.verify").joinpath("data/connectors.toml").read_text("utf-8")
    found = tomllib.loads(text)["connector"]
    assert isinstance(found, list)
    return found


def _over(connection: socket.socket, probe: Probe) -> Answer:
    connection.settimeout(_SECONDS)
    if probe.tls:
        context = ssl.create_default_context()
        # the certificate is the application's own; whether it's trusted isn't the question
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(probe.request)
    return _read(connection, probe)


class _Received:
    """Bytes that came already, in the shape that http.client reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _read(connection: socket.socket | _Received, probe: Probe) -> Answer:
    response = http.client.HTTPResponse(connection, method=probe.method)  # type: ignore[arg-type]
    with response:
        response.begin()
        try:
            body = response.read(LONGEST_BODY)
        except http.client.IncompleteRead as error:
            body = error.partial
        return Answer(response.status, response.getheader("Content-Type", "") or "", body)


def _reason(error: OSError | http.client.HTTPException) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, TimeoutError):
        return f"no answer within {_SECONDS:g} s"
    return str(error) or type(error).__name__
