"""Counts named things and keeps the counts in a file that only the service's user may write."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

STATE = Path(os.environ.get("COUNTER_DIR", "/var/lib/counter")) / "counts.json"
lock = Lock()


def increment(name: str) -> int:
    with lock:
        counts = json.loads(STATE.read_text()) if STATE.exists() else {}
        counts[name] = counts.get(name, 0) + 1
        STATE.write_text(json.dumps(counts))
        return counts[name]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, f"uid {os.getuid()}" if self.path == "/whoami" else "ok")

    def do_POST(self) -> None:
        self.answer(200, str(increment(self.path.strip("/"))))

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("PORT", "18018"))
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
