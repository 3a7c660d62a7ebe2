"""Says whether a program that a caller's code starts has a variable in its environment."""

from __future__ import annotations

import re
from functools import lru_cache

# what may set a variable of the shell without `NAME=`
_SETTERS = "read|for|select|local|declare|typeset|readonly|getopts|mapfile|readarray|let|unset"
_SOURCES = re.compile(r"(?m)(?:^|[;&|(]|\bthen\b|\bdo\b)[ \t]*(?:\.|source)[ \t]+\S")
_INCLUDES = re.compile(r"(?m)^[ \t]*-?s?include[ \t]+\S")
_EXPORTS_ALL = re.compile(r"(?m)^(?:export[ \t]*(?:#.*)?\r?$|\.EXPORT_ALL_VARIABLES)")
_SETS_A = re.compile(r"(?m)^set[ \t]+(?:-a\b|-o[ \t]+allexport)")
_ENDS_A = re.compile(r"(?m)^[ \t]*set[ \t]+(?:\+a\b|\+o[ \t]+allexport)")
_STOPS = re.compile(
    r"(?m)^[ \t]*set[ \t]+(?:-\w+[ \t]+|-o[ \t]+\w+[ \t]+)*(?:-[a-z]*u|-o[ \t]+nounset)"
)
_LEGACY = re.compile(
    r"\bDOCKER_BUILDKIT['\"]?[ \t]*(?::?=|:)[ \t]*['\"]?0['\"]?(?P<command>[ \t]+[^\s#])?"
)
_AS_ARGUMENT = re.compile(r"--[\w-]+[= \t]['\"\\]*$")


def in_environment(name: str, text: str, before: int, reader: str | None) -> bool:
    """Whether a variable that the code reads is sure to be in the environment of what it starts, if
    it is set at all.

    What the code doesn't set comes from the environment. What it sets, or may set by reading other
    files, is there if it is exported.

    Source: POSIX.1-2024, XCU 2.5.3 (shell variables) and `export`; the GNU Make manual, 5.7.2
    (variables of the environment and of the command line are exported).

    Parameters:
        text: of the caller.
        before: the offset of the command.
        reader: the name of the caller's reader.
    """
    if reader == "makefile":
        if re.search(rf"(?m)^[ \t]*unexport[ \t]*(?:$|#|[^\n#]*\b{name}\b)", text):
            return False
        return _exported_by_make(name, text) or not (
            _is_set(name, text, r"[ \t]*") or _INCLUDES.search(text)
        )
    if _exported_by_shell(name, text, before):
        return True
    return not _may_be_set(name, text)


def without_buildkit(text: str, before: int) -> bool:
    """Whether a command is told to build without BuildKit, by an assignment before it or for all of
    the file (docs.docker.com/build/buildkit, DOCKER_BUILDKIT)."""
    start = text.rfind("\n", 0, before) + 1
    return any(
        found["command"] is None or start <= found.start() < before
        for found in _LEGACY.finditer(text)
    )


def stops_where_unset(text: str, before: int) -> bool:
    """Whether code ends with an error at a variable that isn't set, which `--secret` takes for an
    empty one (buildkit session/secrets/secretsprovider)."""
    return _STOPS.search(text, 0, before) is not None


# a script may build many images with one token
@lru_cache(maxsize=64)
def _may_be_set(name: str, text: str) -> bool:
    """Whether code of the shell sets a variable, or may do so by reading another file."""
    return (
        _is_set(name, text, "")
        or re.search(rf"\b(?:{_SETTERS})\b[^\n;|&]*[ \t,]{name}\b", text) is not None
        or _SOURCES.search(text) is not None
    )


@lru_cache(maxsize=64)
def _is_set(name: str, text: str, space: str) -> bool:
    """Whether `NAME=` stands somewhere but as the value of an option."""
    setting = re.compile(rf"(?<![\w$({{.-]){name}{space}(?::{{1,3}}|[?+!])?=(?!=)")
    return any(
        not _AS_ARGUMENT.search(text[max(0, found.start() - 80) : found.start()])
        for found in setting.finditer(text)
    )


def _exported_by_make(name: str, text: str) -> bool:
    named = re.search(rf"(?m)^export[ \t][^\n#=]*\b{name}\b", text)
    return named is not None or _EXPORTS_ALL.search(text) is not None


def _exported_by_shell(name: str, text: str, before: int) -> bool:
    """Whether a line of its own exports the variable before the command."""
    if re.search(rf"\b(?:unset|export[ \t]+-n)\b[^\n;|&]*\b{name}\b", text):
        return False
    exported = re.compile(rf"(?m)^export[ \t][^\n;|&#=]*\b{name}\b|^export[ \t]+{name}=")
    if exported.search(text, 0, before) is not None:
        return True
    # what is set once that has ended isn't exported
    ends = _ENDS_A.search(text) is not None and _is_set(name, text, "")
    return _SETS_A.search(text, 0, before) is not None and not ends
