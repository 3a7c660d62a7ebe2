"""Reads the `.env` file from which compose takes the values of variables."""

from __future__ import annotations

import re

_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)")
_COMMENT = re.compile(r"[ \t]#.*")


def read_env_file(text: str) -> dict[str, str]:
    """The variables that a `.env` file sets to a plain value, each on a line of its own.

    A value that goes on over several lines or uses another variable is left out.

    Source: docs.docker.com/compose/how-tos/environment-variables/variable-interpolation
    (env-file-syntax).
    """
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").split("\n"):
        setting = _LINE.match(line.rstrip("\r"))
        if setting is None:
            continue
        name, value = setting[1], setting[2].rstrip()
        found.pop(name, None)
        quote = value[:1]
        if quote in ("'", '"'):
            value, closed, _ = value[1:].partition(quote)
            if not closed or (quote == '"' and ("\\" in value or "$" in value)):
                continue
        else:
            value = _COMMENT.sub("", f" {value}")[1:].rstrip()
            if "$" in value:
                continue
        found[name] = value
    return found
