"""What the commands of a start script, and the options of programs, say is written."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.knowledge import names, table
from hardener.analysis.paths import joined


def written_by(call: Call) -> Iterator[tuple[str, bool]]:
    """The paths that a command of a script writes, and whether each is a folder."""
    for target in call.writes:
        if target is not None:
            yield target, False
    writes = call.name in names("programs", "writers.names") - {"tar", "dd"}
    if not writes and not (call.name == "sed" and call.has("-i", "--in-place")):
        return
    operands = call.operands("-m", "-o", "-g", "-t", "-e", "-f")
    if call.name in ("cp", "mv", "ln", "install", "rsync", "sed"):
        several = len(operands) > 1 or None in call.args
        operands = operands[-1:] if several else []
    for operand in operands:
        path = joined(call.folder, operand)
        if path is not None and not set("$*") & set(operand):
            yield path, call.name == "mkdir" or operand.endswith("/")


def is_untold(call: Call) -> bool:
    """Whether a command of a script writes at a place that can't be told."""
    words = " ".join(word for word in call.words if word)
    if None in call.writes or any(item in words for item in table("flags")["beside_code"]["words"]):
        return True
    return call.name in ("mkdir", "touch", "cp", "mv", "tee", "ln") and None in call.args


def named_by_options(call: Call) -> Iterator[tuple[str, bool]]:
    """The paths that the options of a program name for writing, and whether each is a folder."""
    flags = table("flags")
    found = [(call.option(option), False) for option in flags["files"]]
    found += [(call.option(option), True) for option in flags["folders"]]
    words = [word for word in (call.name, *call.args) if word]
    for program, default in flags["defaults"].items():
        asked = all(word in words for word in program.split())
        if asked and call.option(*default["unless"]) is None:
            found.append((default["file"], False))
    for value, is_folder in found:
        if value and value not in ("-", "/dev/stdout", "/dev/stderr") and "$" not in value:
            path = joined(call.folder, value.removeprefix("unix:"))
            if path is not None:
                yield path, is_folder
