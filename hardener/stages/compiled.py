"""What a program compiled to machine code needs: itself, and the files that it opens."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hardener.analysis.steps import Ran
from hardener.project.ecosystems.sources import Literal
from hardener.stages.candidate import Candidate
from hardener.stages.model import Artifact, Refusal
from hardener.stages.reads import Code, Tree, found_beside, made_by_runs, read_files, tree_of
from hardener.stages.runtime import Tools, tools_of
from hardener.stages.traced import Traced, program_of

# with a path, a wildcard or an ending: a bare word is more likely a command or an option's value
_WORD = re.compile(r"(?<![\w./*-])(?=[\w*-]*[./*])[\w./*-]{2,200}")
_MOST_SCRIPT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sources of a program tell, whatever their language.

    Attributes:
        literals: the strings in them.
        signs: guards of data/refusals.toml with what was met, None where nothing was.
        code: what of the context the program doesn't open.
        whole: whether all sources were read.
        seen: whether there are any.
    """

    literals: Sequence[Literal]
    signs: Sequence[tuple[str, str | None]]
    code: Code
    whole: bool
    seen: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What a program needs besides itself.

    Attributes:
        tree: the files of the context that stand in the builder.
        files: those that the program opens, and the scripts that start it.
        tools: what else the container starts.
    """

    tree: Tree
    files: tuple[Artifact, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program that was built, traced to what the container starts.

    `artifacts` are the program and all that it needs of the builder's files, `tree` the files of
    the context that stand in the image.
    """

    program: Traced
    run: Ran
    artifacts: tuple[Artifact, ...]
    tools: Tools
    tree: Tree


def compiled(
    candidate: Candidate,
    outputs: Mapping[str, Ran],
    reading: Reading,
    *,
    beside: Sequence[str] = (),
) -> Compiled | Refusal:
    """Trace the start of a container to one of the outputs of the build.

    Parameters:
        outputs: paths of the image that the build makes, each with the RUN.
        beside: names of files that it looks for in its working directory without being told.
    """
    program = program_of(candidate, list(outputs))
    if isinstance(program, Refusal):
        return program
    made = {*outputs, program.place, program.built}
    around = around_of(candidate, program.place, reading, made, beside=beside)
    if isinstance(around, Refusal):
        return around
    run = outputs[program.built]
    own = Artifact(program.built, program.place, "", owner=owner_of(candidate, run))
    return Compiled(program, run, (own, *around.files), around.tools, around.tree)


def around_of(
    candidate: Candidate,
    program: str,
    reading: Reading,
    outputs: Collection[str],
    *,
    beside: Sequence[str] = (),
    without: frozenset[str] = frozenset(),
) -> Around | Refusal:
    """What a program needs besides itself, as its sources and the start of the container tell.

    Parameters:
        program: its path in the image, or its name.
        outputs: paths that the build makes.
        beside: names of files that it looks for in its working directory without being told.
        without: programs that the final image is known to have.
    """
    for guard, met in reading.signs:
        if met is not None:
            return Refusal(guard, met)
    if not reading.whole:
        return Refusal("partial_sources")
    tree = tree_of(candidate)
    if tree is None or not reading.seen:
        return Refusal("unseen_sources")
    tools = tools_of(candidate, program, without)
    if isinstance(tools, Refusal):
        return tools
    literals = (*reading.literals, *_of_scripts(candidate, tree, tools))
    named = [
        *(word.text for word in literals),
        *(word for word, _ in candidate.arguments()),
    ]
    made = made_by_runs(candidate, named, outputs)
    if made is not None:
        return made
    files = read_files(candidate, tree, literals, reading.code)
    return Around(tree, (*files, *found_beside(candidate, tree, beside), *tools.files), tools)


def _of_scripts(candidate: Candidate, tree: Tree, tools: Tools) -> Iterator[Literal]:
    """The words of the scripts that the container runs, also those that are no arguments of a
    program: of loops, tests and redirections."""
    context = candidate.context
    for item in tools.files:
        path = tree.files.get(item.target)
        if context is None or path is None:
            continue
        text = (context.head(path, _MOST_SCRIPT) or b"").decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), 1):
            if not line.lstrip().startswith("#"):
                for word in _WORD.findall(line):
                    yield Literal(word, f"{path}:{number}")


def owner_of(candidate: Candidate, run: Ran) -> str | None:
    """Whose files those are that a RUN makes, for --chown; None for root."""
    user = candidate.step(run.instruction).user
    return user.text if user.set_by is not None and user.name not in ("root", "0") else None
