"""Tells what a ride costs."""

import os
import signal
import sys

from acme_fares import fare
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/health")
def health():
    return "ok"


@app.get("/fare")
def price():
    zones = request.args.get("zones", 1, type=int)
    travellers = request.args.get("travellers", 1, type=int)
    try:
        return jsonify(cents=fare(zones, travellers))
    except ValueError as error:
        return jsonify(error=str(error)), 400


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "18020")))
