"""Which language a shell reads, and the options (`set -e`, `pipefail`) it runs with.

The shells and their options stand in shells.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from hardener.dockerfile.shell.model import Command, Script, Word
from hardener.dockerfile.shell.options import Options, options_of, read_options

Dialect: TypeAlias = Literal["posix", "powershell", "cmd", "unknown"]

_FOLDER = re.compile(r".*[/\\]", re.DOTALL)
# what of a script runs in a shell of its own
_OWN_SHELL = frozenset({"subshell", "substitution"})


@cache
def _data() -> dict[str, dict[str, Any]]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("shells.toml").read_text("utf-8"))


@cache
def posix_shells() -> frozenset[str]:
    """The names of the shells whose code `read_script` reads."""
    return frozenset(_data()["posix"]["names"])


@cache
def posix_options() -> Options:
    """The options that those shells take on their command line."""
    return options_of(_data()["posix"])


def dialect_of(shell_words: Sequence[str]) -> Dialect:
    """The language that a SHELL instruction or a `#!` line asks for, given as words.

    "unknown" for an interpreter that isn't in shells.toml, for a shell that is given a file to
    run, and for options that the shell doesn't know: then the code must not be read as sh. A
    program that is given `bash -c` at the end (`conda run -n base bash -c`) counts as bash.
    """
    shell = _shell_in(shell_words)
    name = _name(shell[0]) if shell else ""
    for dialect in ("powershell", "cmd"):
        if name in _data()[dialect]["names"]:
            return dialect
    return "posix" if name in posix_shells() and _reads_code(shell) else "unknown"


def _name(word: str) -> str:
    return _FOLDER.sub("", word).lower().removesuffix(".exe")


def _shell_in(words: Sequence[str]) -> Sequence[str]:
    """The words from the shell's name on; the first word's on where no POSIX shell is found."""
    first = 0
    if words and _name(words[0]) == "env":
        first = 1
        while first < len(words) and ("=" in words[first] or words[first].startswith("-")):
            first += 1
    for index in range(first, len(words)):
        if _name(words[index]) in posix_shells() and (index == first or _reads_code(words[index:])):
            return words[index:]
    return words[first:]


def _reads_code(words: Sequence[str]) -> bool:
    """Whether the shell at `words[0]` takes what is added to `words` for its code."""
    given = read_options([Word(0, 0, word, word) for word in words], 1, posix_options())
    return given.understood and given.index == len(words)


def shebang_of(text: str) -> tuple[str, ...]:
    """The words of the `#!` line that `text` begins with, none where it has no such line.

    As Linux reads it: the interpreter and at most one argument (execve(2)), but for
    `env -S`, which splits it.
    """
    if not text.startswith("#!"):
        return ()
    line = text[2:].partition("\n")[0].strip(" \t\r")
    words = line.split(None, 1)
    if len(words) == 2 and _FOLDER.sub("", words[0]) == "env" and words[1].startswith("-S"):
        words = [words[0], *words[1][2:].split()]
    return tuple(words)


def options_of_shell(shell_words: Sequence[str]) -> frozenset[str]:
    """The options that a POSIX shell is started with: errexit, nounset, xtrace, pipefail …

    `SHELL ["/bin/bash", "-eo", "pipefail", "-c"]` gives errexit and pipefail.
    """
    if dialect_of(shell_words) != "posix":
        return frozenset()
    return frozenset(name for name, on in _changes(_shell_in(shell_words)[1:]) if on)


def options_at(
    script: Script, offset: int, initial: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The options that are sure to be on for the step that starts at `offset` of the file.

    `initial` are those that the shell was started with. A `set` that may not be run turns none
    on; one in a subshell counts only within it. What functions do when called isn't looked at.
    """
    options = set(initial)
    for command in script.commands:
        if command.start >= offset:
            break
        if command.name != "set" or not _counts(command, offset):
            continue
        for name, on in _changes([word.text for word in command.args]):
            if not on:
                options.discard(name)
            elif not command.conditional:
                options.add(name)
    return frozenset(options)


def _counts(command: Command, offset: int) -> bool:
    """Whether what `command` sets still holds at `offset`."""
    return not command.piped and all(
        around.kind not in _OWN_SHELL or around.start <= offset < around.end
        for around in command.within
    )


def _changes(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The options that words such as `-euo pipefail +x` turn on and off."""
    letters: dict[str, str] = _data()["options"]
    rest = iter(words)
    for word in rest:
        if word[:1] not in ("-", "+") or word in ("-", "--"):
            return
        for letter in "" if word.startswith("--") else word[1:]:
            if letter in "oO":
                if (name := next(rest, "")) and letter == "o":
                    yield name, word[0] == "-"
            elif letter in letters:
                yield letters[letter], word[0] == "-"
