"""Finds the commands in shell code that build or run images: `docker build`, `podman run` …"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hardener.dockerfile.shell import Command, Script, Word, read_script, unwrap
from hardener.errors import HardenError
from hardener.project.callers.builds import build_of
from hardener.project.callers.callerfile import Found
from hardener.project.callers.checkout import Place
from hardener.project.callers.folders import WorkingFolder
from hardener.project.callers.model import Build
from hardener.project.callers.programs import handed_over, read_invocation
from hardener.project.callers.runs import run_of
from hardener.project.callers.snippets import Snippet, prefixed
from hardener.project.callers.words import Where, Words

_PROGRAM = re.compile(
    r"(?i)docker|podman|buildah|nerdctl|buildx|finch|depot|executor|container|engine|oci|builder"
)
_VERB = re.compile(r"\b(?:build|bud|b|run|create|build-using-dockerfile)\b|executor")
_BUILD = re.compile(r"\b(?:build|bud)\b")
_LOGICAL_LINE = re.compile(r"(?:[^\\\n]|\\\r?\n|\\.)+", re.DOTALL)
_CHANGES_FOLDER = re.compile(r"\b(?:cd|pushd|popd)\b")
_MOST_DEPTH = 4


def may_call(text: str) -> bool:
    """Whether a text looks as if it built or ran an image; cheap, and never wrongly False."""
    return _PROGRAM.search(text) is not None and _VERB.search(text) is not None


def read_commands(snippet: Snippet, where: Where) -> Iterator[Found]:
    """The builds and runs in a piece of shell code.

    Where the code as a whole can't be read, each of its lines is, for itself; of a line that can't
    be read either, it is only said that it may build something.
    """
    if not may_call(snippet.code):
        return
    if where.language:
        yield from unread(snippet, where, f"it is written in {where.language}")
        return
    script = read_script(snippet.code)
    if script.complete:
        yield from _found(snippet, where, script)
        return
    moves = _CHANGES_FOLDER.search(snippet.code) is not None
    apart = replace(where, folders=None if moves else where.folders)
    for line in _LOGICAL_LINE.finditer(snippet.code):
        if may_call(line[0]):
            part = read_script(line[0], origin=line.start())
            if part.complete:
                why = f"it stands in code that can't be read: {script.problem}"
                yield from (_doubtful(one, why) for one in _found(snippet, apart, part))
            else:
                why = f"it can't be read: {part.problem}"
                yield from unread(snippet, where, why, line.start())


def _doubtful(found: Found, why: str) -> Found:
    if isinstance(found, HardenError):
        return found
    return replace(found, unclear={"command": why, **found.unclear})


def read_build(options: Snippet, where: Where, place: Place) -> Build:
    """The build with these options of `docker build` and this context and Dockerfile."""
    base = Build(where.file.path, where.line, where.form, where.service)
    for found in read_commands(prefixed("docker build ", options), where):
        if isinstance(found, Build):
            base = found
            break
    unclear = {
        key: why for key, why in base.unclear.items() if key not in ("context", "dockerfile")
    }
    return replace(
        base,
        line=where.line,
        program="",
        context=place.context,
        dockerfile=place.dockerfile,
        elsewhere=place.elsewhere,
        unclear={**unclear, **place.unclear},
        spans={},
    )


def unread(snippet: Snippet, where: Where, why: str, start: int = 0) -> Iterator[Build]:
    """A build of which nothing is known, if the code from `start` on looks like one."""
    found = _BUILD.search(snippet.code, start)
    if found is None:
        return
    line = where.file.line(snippet.offsets[found.start()]) if snippet.exact else where.line
    unclear = {"command": why, "context": why, "dockerfile": why}
    yield Build(where.file.path, line, where.form, where.service, unclear=unclear)


def _found(snippet: Snippet, where: Where, script: Script) -> Iterator[Found]:
    words = Words.of(snippet, where, script)
    yield from _in_script(script, words, WorkingFolder(where.checkout, where.folders), 0)


def _in_script(script: Script, words: Words, working: WorkingFolder, depth: int) -> Iterator[Found]:
    for command in script.commands:
        here = words.among(working.of(command))
        if command.name in ("cd", "pushd"):
            working.enter(command, _entered(command, here))
        elif command.name == "popd":
            working.leave(command)
        else:
            effective = unwrap(command)
            if effective.script is not None and depth < _MOST_DEPTH:
                inner = WorkingFolder(words.where.checkout, here.where.folders)
                found = _in_script(effective.script, words, inner, depth + 1)
                why = effective.script.problem
                yield from (_doubtful(one, why) for one in found) if why else found
                continue
            yield from _called(command, effective.words, here)


def _called(command: Command, called: Sequence[Word], words: Words) -> Iterator[Found]:
    """The build or run that a command makes, or hands to another program as its arguments."""
    replaced = words.holes(called[0]) if called else ()
    invocation = read_invocation(called, replaced, words.is_known)
    first = 0 if invocation is not None else handed_over(called)
    if first:
        invocation = read_invocation(called[first:], (), words.is_known)
    if invocation is None:
        return
    build = invocation.kind == "build"
    found = (build_of if build else run_of)(invocation, command, words)
    yield _doubtful(found, f"it is handed to {called[0].raw}") if first else found


def _entered(command: Command, words: Words) -> str | None:
    """The folder that a `cd` names; None if it isn't known, as for `cd -`."""
    operands = [word for word in command.args if word.text not in ("-P", "-L", "--")]
    if len(operands) != 1 or operands[0].text == "-":
        return None
    value = words.path(operands[0])
    return value.known if value.known is not None else value.default
