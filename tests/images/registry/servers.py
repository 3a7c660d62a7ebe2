"""Registries for the tests: real ones (docker-registry), and servers that stand before them."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

USER = "tester"
PASSWORD = "correct-horse-7f3a"
# bcrypt of PASSWORD, at its cheapest
HTPASSWD = f"{USER}:$2b$04$3nd9mZ987LX0vagheelnbeifTNNbaPBxK7XG9qjMaP5tcf20LxCYi\n"


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def real_registry(
    storage: Path,
    *,
    certificate: trustme.LeafCert | None = None,
    htpasswd: str | None = None,
    token: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """A docker-registry process over `storage`; answers its host and port."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.fail("docker-registry is not on the PATH: apt-get install docker-registry")
    folder = storage.parent / f"registry-{free_port()}"
    folder.mkdir()
    host = f"127.0.0.1:{free_port()}"
    config: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(storage)}},
        "http": {"addr": host},
    }
    if certificate is not None:
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "tls.pem"))
        config["http"]["tls"] = {
            "certificate": str(folder / "tls.pem"),
            "key": str(folder / "tls.pem"),
        }
    if htpasswd is not None:
        (folder / "htpasswd").write_text(htpasswd)
        config["auth"] = {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    if token is not None:
        config["auth"] = {"token": dict(token)}
    # JSON is YAML
    (folder / "config.yml").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")], stdout=log, stderr=log
        )
    try:
        _wait_until_open(host, process, folder / "log")
        yield host
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_open(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    name, port = host.split(":")
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((name, int(port)), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"docker-registry did not start: {log.read_text()}")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as a server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def authorization(self) -> str | None:
        """The credential that was shown."""
        return self.headers.get("authorization")


@dataclass(slots=True)
class Answer:
    """What a server says in place of the registry behind it.

    `pieces` are sent one by one with `pause` seconds before each; `length` is what Content-Length
    claims, where that is not the truth.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: list[bytes] | None = None
    pause: float = 0.0
    length: int | None = None
    hang_up: bool = False


Say = Callable[[Seen], Answer | None]


class Server:
    """A loopback HTTP server that notes every request, answers some, and passes on the rest.

    Use it in a with statement. `say` is asked first; where it answers None, the request goes to the
    registry at `behind`.
    """

    def __init__(
        self,
        say: Say = lambda seen: None,
        *,
        behind: str | None = None,
        certificate: trustme.LeafCert | None = None,
    ) -> None:
        self.say = say
        self.seen: list[Seen] = []
        self._behind = behind
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing: what was asked is in `seen`."""

            def handle_one_request(self) -> None:
                # clients that give up are part of the tests
                with contextlib.suppress(OSError):
                    super().handle_one_request()
                    return
                self.close_connection = True

            def do_GET(self) -> None:
                server._answer(self)

            def do_HEAD(self) -> None:
                server._answer(self)

            def do_POST(self) -> None:
                server._answer(self)

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """Nothing: a handshake that fails is part of the tests."""

        self._http = Listener(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._http.server_address[1]}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def count(self, part: str = "", method: str | None = None) -> int:
        """How many requests had `part` in their path."""
        return sum(part in one.path and method in (None, one.method) for one in self.seen)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        seen = Seen(handler.command, handler.path, headers, handler.rfile.read(length))
        self.seen.append(seen)
        answer = self.say(seen)
        if answer is None:
            answer = self._passed_on(seen)
        if answer.hang_up:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        pieces = [answer.body] if answer.pieces is None else answer.pieces
        claimed = sum(map(len, pieces)) if answer.length is None else answer.length
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(claimed))
        handler.end_headers()
        if seen.method == "HEAD":
            return
        for piece in pieces:
            time.sleep(answer.pause)
            handler.wfile.write(piece)
            handler.wfile.flush()
        if claimed != sum(map(len, pieces)):
            handler.close_connection = True

    def _passed_on(self, seen: Seen) -> Answer:
        if self._behind is None:
            return Answer(404)
        connection = http.client.HTTPConnection(self._behind, timeout=20)
        headers = {name: value for name, value in seen.headers.items() if name != "host"}
        connection.request(seen.method, seen.path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        kept = {
            name: value
            for name, value in reply.getheaders()
            if name.lower() not in ("content-length", "date", "connection", "transfer-encoding")
        }
        length = int(reply.getheader("Content-Length") or 0) if seen.method == "HEAD" else None
        connection.close()
        return Answer(reply.status, kept, body, length=length)


class TokenServer(Server):
    """Gives out tokens that a docker-registry with token authentication accepts.

    Knows USER with PASSWORD, and an identity token; anybody else gets a token for what is public.
    Attributes: `lifetime`, in seconds, of the tokens given out next; negative ones have ended.
    """

    SERVICE = "registry.tests"
    ISSUER = "tests"
    IDENTITY_TOKEN = "identity-token-51c9"

    def __init__(self, folder: Path) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "token server")])
        now = int(time.time())
        import datetime

        moment = datetime.datetime.fromtimestamp(now - 3600, datetime.UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(moment)
            .not_valid_after(moment + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self._bundle = folder / "tokens.pem"
        self._bundle.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self.lifetime = 300
        self.private = "private/"
        super().__init__(self._token)

    def registry_options(self) -> dict[str, str]:
        """The registry's `auth.token` table."""
        return {
            "realm": f"http://{self.host}/token",
            "service": self.SERVICE,
            "issuer": self.ISSUER,
            "rootcertbundle": str(self._bundle),
        }

    def _token(self, seen: Seen) -> Answer:
        parts = urllib.parse.urlsplit(seen.path)
        fields = dict(urllib.parse.parse_qsl(seen.body.decode() or parts.query))
        known = False
        if seen.method == "POST":
            known = fields.get("refresh_token") == self.IDENTITY_TOKEN
            if not known:
                return Answer(401)
        elif seen.authorization is not None:
            shown = base64.b64decode(seen.authorization.removeprefix("Basic ")).decode()
            known = shown == f"{USER}:{PASSWORD}"
            if not known:
                return Answer(401, body=b'{"details": "incorrect username or password"}')
        _, name, actions = fields["scope"].split(":")
        access = [{"type": "repository", "name": name, "actions": actions.split(",")}]
        if name.startswith(self.private) and not known:
            access = []
        body = {"token": self.sign(access), "expires_in": max(self.lifetime, 0)}
        return Answer(headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())

    def sign(self, access: Sequence[Mapping[str, object]]) -> str:
        """A token for this access (JWT, RS256, the certificate inside as x5c)."""
        certificate = self._certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(certificate).decode()]}
        now = int(time.time())
        claims = {
            "iss": self.ISSUER,
            "sub": USER,
            "aud": self.SERVICE,
            # the registry allows a minute of difference between clocks
            "exp": now + (self.lifetime if self.lifetime > 0 else self.lifetime - 120),
            "nbf": now - 600,
            "iat": now - 600,
            "jti": str(now),
            "access": access,
        }
        text = ".".join(_unpadded(json.dumps(part).encode()) for part in (header, claims))
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_unpadded(signature)}"


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
