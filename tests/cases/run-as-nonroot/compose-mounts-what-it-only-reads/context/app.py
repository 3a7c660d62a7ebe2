import sqlite3

connection = sqlite3.connect("/app/data/shop.db")
