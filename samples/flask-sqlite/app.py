"""A notes board: one Flask process, one SQLite file beside the code."""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from flask import Flask, jsonify, render_template, request

DATABASE = Path(__file__).with_name("notes.db")

app = Flask(__name__)


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    connection.execute(
        "CREATE TABLE IF NOT EXISTS note ("
        "id INTEGER PRIMARY KEY, author TEXT NOT NULL, body TEXT NOT NULL)"
    )
    return connection


def all_notes() -> list[dict]:
    with connect() as connection:
        rows = connection.execute("SELECT id, author, body FROM note ORDER BY id")
        return [dict(row) for row in rows]


@app.get("/")
def board():
    return render_template("board.html", notes=all_notes())


@app.get("/notes")
def notes():
    return jsonify(all_notes())


@app.post("/notes")
def add_note():
    note = request.get_json()
    author, body = note.get("author", "").strip(), note.get("body", "").strip()
    if not author or not body:
        return jsonify(error="author and body are both needed"), 400
    with connect() as connection:
        cursor = connection.execute("INSERT INTO note (author, body) VALUES (?, ?)", (author, body))
    return jsonify(id=cursor.lastrowid, author=author, body=body), 201


@app.get("/health")
def health():
    connect().close()
    return "ok"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "18001")))
