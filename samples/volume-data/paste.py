#!/usr/bin/env python3
"""A paste bin: PUT text under a name, GET it back. Every paste is a file in /data."""

import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path("/data")
NAME = re.compile(r"/([a-z0-9][a-z0-9-]{0,63})")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/":
            names = sorted(path.name for path in DATA.iterdir() if path.is_file())
            return self.answer(200, "".join(f"{name}\n" for name in names))
        path = self.file()
        if path is None or not path.is_file():
            return self.answer(404, "no such paste\n")
        return self.answer(200, path.read_text())

    def do_PUT(self) -> None:
        path = self.file()
        if path is None:
            return self.answer(400, "names are lower-case letters, digits and dashes\n")
        path.write_bytes(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        return self.answer(201, f"{path.name}\n")

    def file(self) -> Path | None:
        match = NAME.fullmatch(self.path)
        return DATA / match[1] if match else None

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("PORT", "18019"))
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
