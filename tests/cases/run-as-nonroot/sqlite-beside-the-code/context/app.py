import sqlite3
from pathlib import Path

DATABASE = Path(__file__).with_name("notes.db")


def connect():
    return sqlite3.connect(DATABASE)
