"""Serves hangman words; the words come from a zip file that is read where it lies."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hangman_game.words import Words

CONFIG = json.loads(Path(os.environ.get("HANGMAN_CONFIG", "/opt/hangman/config.json")).read_text())
WORDS = Words(CONFIG["words"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        language, _, letters = self.path.strip("/").partition("/")
        if language == "health":
            status, text = 200, "ok"
        elif language in WORDS.languages():
            status, text = 200, WORDS.masked(language, CONFIG["seed"], letters)
        else:
            status, text = 404, "languages: " + ", ".join(WORDS.languages())
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("0.0.0.0", CONFIG["port"]), Handler).serve_forever()
