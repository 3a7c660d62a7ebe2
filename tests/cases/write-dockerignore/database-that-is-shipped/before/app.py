import sqlite3

sqlite3.connect("words.db")
