"""A Python index, an npm registry and Git repositories that answer to the right secret alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def _serving(port: int, handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _files(
    allowed: str, challenge: str, files: dict[str, tuple[str, bytes]]
) -> type[BaseHTTPRequestHandler]:
    """Answers with `files` (path -> content type and content) whoever sends `allowed` as
    Authorization, and with 401 everybody else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != allowed:
                self.send_response(401)
                self.send_header("WWW-Authenticate", challenge)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            kind, content = files.get(self.path.partition("?")[0], ("", None))
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing: requests carry secrets."""

    return Handler


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@contextmanager
def python_index(port: int, secret: str) -> Iterator[None]:
    """An index with the package acme-fares, for the user `build` with the secret as password.

    Source: packaging.python.org, Simple repository API.
    """
    wheel, name = io.BytesIO(), "acme_fares-1.0-py3-none-any.whl"
    metadata = "Metadata-Version: 2.1\nName: acme-fares\nVersion: 1.0\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("acme_fares.py", "ZONES = 3\n")
        archive.writestr("acme_fares-1.0.dist-info/METADATA", metadata)
        archive.writestr(
            "acme_fares-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("acme_fares-1.0.dist-info/RECORD", "acme_fares.py,,\n")
    page = f'<!DOCTYPE html><a href="/files/{name}">{name}</a>'
    files = {
        "/simple/acme-fares/": ("text/html", page.encode()),
        f"/files/{name}": ("application/octet-stream", wheel.getvalue()),
    }
    with _serving(port, _files(_basic("build", secret), 'Basic realm="index"', files)):
        yield


@contextmanager
def npm_registry(port: int, secret: str) -> Iterator[None]:
    """A registry with the package @acme/label, for the secret as bearer token.

    Source: github.com/npm/registry, docs/responses/package-metadata.md.
    """
    buffer = io.BytesIO()
    manifest = json.dumps({"name": "@acme/label", "version": "1.0.0", "main": "index.js"})
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in (
            ("package/package.json", manifest),
            ("package/index.js", "module.exports = (text) => `<${text}>`;\n"),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    tarball = gzip.compress(buffer.getvalue())
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    address = f"http://127.0.0.1:{port}/@acme/label/-/label-1.0.0.tgz"
    version = {**json.loads(manifest), "dist": {"tarball": address, "integrity": integrity}}
    document = {
        "name": "@acme/label",
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": version},
    }
    files = {
        "/@acme%2flabel": ("application/json", json.dumps(document).encode()),
        "/@acme/label/-/label-1.0.0.tgz": ("application/octet-stream", tarball),
    }
    with _serving(port, _files(f"Bearer {secret}", "Bearer", files)):
        yield


def bare_repository(folder: Path) -> Path:
    """A bare repository with one file, shared.txt."""
    work, bare = folder / "work", folder / "shared.git"
    work.mkdir(parents=True)
    (work / "shared.txt").write_text("shared by the team\n")
    for arguments in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        [
            "-c", "user.name=a", "-c", "user.email=a@example.com",
            "commit", "--quiet", "-m", "Share it",
        ],
        ["clone", "--quiet", "--bare", str(work), str(bare)],
    ):  # fmt: skip
        subprocess.run(["git", *arguments], cwd=work, check=True)
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    return bare


@contextmanager
def git_over_http(port: int, secret: str, folder: Path) -> Iterator[None]:
    """The repository /shared.git, for the user `ci` with the secret as password."""
    bare = bare_repository(folder)
    files = {
        f"/shared.git/{path.relative_to(bare).as_posix()}": ("text/plain", path.read_bytes())
        for path in bare.rglob("*")
        if path.is_file()
    }
    with _serving(port, _files(_basic("ci", secret), 'Basic realm="git"', files)):
        yield


@contextmanager
def git_over_ssh(port: int, public_key: str, folder: Path) -> Iterator[None]:
    """A repository at any path, for the user of the tests with the key."""
    bare = bare_repository(folder)
    sshd = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert sshd is not None, "sshd is missing: install openssh-server"
    host_key, authorized = folder / "host_key", folder / "authorized_keys"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host_key)], check=True)
    authorized.write_text(public_key)
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host_key}\n"
        f"AuthorizedKeysFile {authorized}\nStrictModes no\nUsePAM no\nPidFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nForceCommand git-upload-pack {bare}\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
