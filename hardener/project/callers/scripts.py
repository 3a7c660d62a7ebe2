"""Reads shell scripts and the scripts in a package.json."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.shell import dialect_of, shebang_of
from hardener.errors import HardenError
from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout, outside_hidden
from hardener.project.callers.commands import may_call, read_commands
from hardener.project.callers.jsontree import read_json
from hardener.project.callers.snippets import of_range, of_scalar
from hardener.project.callers.tree import MappingNode, ScalarNode, child
from hardener.project.callers.words import Where


def read_shell_script(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds and runs in a shell script, which may be run in its own folder or the root."""
    if not may_call(file.text):
        return
    interpreter = shebang_of(file.text)
    language = ""
    if interpreter and dialect_of((*interpreter, "-c")) != "posix":
        language = interpreter[-1].rpartition("/")[2]
    where = Where(file, checkout, outside_hidden(file.folder), 1, language=language)
    yield from read_commands(of_range(file.text, 0, len(file.text)), where)


def read_package_json(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds and runs in the scripts of a package.json, which run in its folder.

    Source: docs.npmjs.com/cli/using-npm/scripts.
    """
    try:
        scripts = child(read_json(file.text), "scripts")
    except HardenError as error:
        yield file.unreadable(error, "JSON")
        return
    for entry in scripts.entries() if isinstance(scripts, MappingNode) else ():
        if isinstance(entry.value, ScalarNode) and may_call(entry.value.text):
            line = file.line(entry.key.start)
            where = Where(file, checkout, (file.folder,), line, entry.key.text)
            yield from read_commands(of_scalar(file, entry.value), where)
