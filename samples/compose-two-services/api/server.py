"""Takes texts and queues them; a worker counts their syllables."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import spool
from version import VERSION


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            return self.answer(200, {"version": VERSION, "waiting": spool.waiting()})
        result = spool.result(self.name())
        if result is None:
            return self.answer(404, {"error": "no result yet"})
        return self.answer(200, result)

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if not text.strip():
            return self.answer(400, {"error": "no text"})
        spool.put(self.name(), {"text": text})
        return self.answer(202, {"job": self.name()})

    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def answer(self, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("PORT", "18022"))
    ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
