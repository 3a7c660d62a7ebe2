#!/usr/bin/env python3
"""Plays pypi.acme.example where the company network is out of reach.

    stand_in.py COMMAND...

runs COMMAND with http_proxy pointing at a server that answers for that one host: a package index
with the acme-fares wheel on it, for whoever logs in as "build" with the right token.
"""

import base64
import hashlib
import io
import os
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HOST = "pypi.acme.example"
TOKEN_SHA256 = "df56974b48226e3a12dfe4e418898075de38d74b43df7bb15e4746c650a68187"
WHEEL = "acme_fares-2.1-py3-none-any.whl"


def wheel() -> bytes:
    info = "acme_fares-2.1.dist-info"
    files = {
        "acme_fares/__init__.py": (Path(__file__).parent / "acme_fares/__init__.py").read_text(),
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: acme-fares\nVersion: 2.1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: stand_in\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.hostname != HOST:
            self.answer(403, b"only " + HOST.encode())
        elif not self.token_is_right():
            self.answer(401, b"who are you?", ("WWW-Authenticate", 'Basic realm="acme"'))
        elif url.path == "/simple/acme-fares/":
            link = f'<!doctype html><a href="/files/{WHEEL}">{WHEEL}</a>'
            self.answer(200, link.encode(), ("Content-Type", "text/html"))
        elif url.path == f"/files/{WHEEL}":
            self.answer(200, wheel())
        else:
            self.answer(404, b"no such package")

    def token_is_right(self) -> bool:
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return False
        user, _, token = base64.b64decode(encoded).partition(b":")
        return user == b"build" and hashlib.sha256(token).hexdigest() == TOKEN_SHA256

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the log of a build is read by many."""


def main() -> int:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_port}"
    return subprocess.call(sys.argv[1:], env={**os.environ, "http_proxy": proxy})


if __name__ == "__main__":
    sys.exit(main())
