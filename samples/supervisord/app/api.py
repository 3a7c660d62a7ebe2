"""Lists what the sampler has measured."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOG = Path(os.environ.get("SAMPLES", "/var/lib/load/load.tsv"))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        lines = LOG.read_text().splitlines() if LOG.exists() else []
        text = "ok" if self.path == "/api/health" else f"{len(lines)} samples\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("127.0.0.1", 18030), Handler).serve_forever()
