import sys


def save(name, text):
    with open(name, "w") as file:
        file.write(text)
