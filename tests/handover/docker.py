"""A program to be called docker: it prints the value of NPM_TOKEN as a build would get it, by a
build argument or as a secret, and the other build arguments."""

import os
import re
import sys


def main(words: list[str]) -> None:
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals:
            value = "".join(words[at + 1 : at + 2])
        if name == "--secret":
            found = re.search("env=(.*)", value)
            print("got", os.environ.get(found[1] if found else "", ""))
        elif name == "--build-arg":
            argument, equals, text = value.partition("=")
            text = text if equals else os.environ.get(argument, "")
            print("got" if argument == "NPM_TOKEN" else argument, text)


if __name__ == "__main__":
    main(sys.argv[1:])
