"""Writes a plan into the file: the edits that make two stages of one."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterator, Sequence

from hardener.analysis.style import Style, is_spaced, style_of
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.stages.model import Artifact, Earlier, Plan, Repeated, Swap
from hardener.templating import filled

_BUILDER_NAMES = ("build", "builder", "build-stage")
_NAMES_OF_BUILDERS = frozenset(
    {"build", "builder", "build-stage", "build-env", "buildenv", "building", "compile", "compiler"}
)


def edits_of(
    dockerfile: Dockerfile, stage: Stage, plan: Plan, targets: Collection[str] = ()
) -> Iterator[Edit]:
    """The edits that carry a plan out; what stays in the builder is not touched.

    The final stage takes the name that the stage has, so that who builds a target by it goes on
    getting what runs; but for a name of builders that none of `targets` is.
    """
    style = style_of(dockerfile)
    keeps = stage.name in _NAMES_OF_BUILDERS and stage.name not in map(str.lower, targets)
    builder = stage.start.words()[2].value if keeps else builder_name(dockerfile)
    name = None if keeps or stage.name is None else stage.start.words()[2].value
    if not keeps:
        yield from _named(stage, builder, style)
    for instruction in (*plan.moved, *plan.dropped):
        yield _taken_out(dockerfile, instruction)
    if plan.needs.earlier is not None:
        yield from _earlier(dockerfile, stage, plan.needs.earlier, style)
    at = plan.last.span.end
    ends = dockerfile.text[:at].endswith("\n")
    lines = [styled(line, style) for line in plan.needs.builder_lines]
    lines += [style.newline] if lines else []
    lines += _head_of_final(dockerfile, stage, plan, (builder, name), style)
    rest = dockerfile.text[at : stage.end]
    gap = style.newline if rest and rest.split("\n")[0].strip() and plan.needs else ""
    if not is_spaced(dockerfile, stage) and len(rest) > 0:
        gap = ""
    text = ("" if plan.needs.builder_lines else style.newline) + "".join(lines) + gap
    if not ends:
        text = style.newline + text.removesuffix(style.newline)
    yield Edit(at, at, text)


def swap_edits(dockerfile: Dockerfile, stage: Stage, swap: Swap) -> Iterator[Edit]:
    """The edits that put another image below a stage."""
    style = style_of(dockerfile)
    yield Edit(stage.image.span.start, stage.image.span.end, swap.base.reference)
    if swap.packages or swap.lines:
        lines = filled(
            "stages/packages.j2",
            base=swap.base,
            packages=sorted({package.name for package in swap.packages}),
        )
        added = [*(line for line in lines.split("\n") if line), *swap.lines]
        text = "".join(styled(line, style) for line in added)
        yield Edit(stage.start.span.end, stage.start.span.end, text)


def builder_name(dockerfile: Dockerfile) -> str:
    """A name that no stage of the file has."""
    taken = set(dockerfile.named_stages)
    return next(name for name in _all_names() if name not in taken)


def _all_names() -> Iterator[str]:
    yield from _BUILDER_NAMES
    number = 2
    while True:
        yield f"build{number}"
        number += 1


def _named(stage: Stage, builder: str, style: Style) -> Iterator[Edit]:
    """Name the builder; a name that it has already goes to the final stage."""
    if stage.name is not None:
        word = stage.start.words()[2]
        yield Edit(word.span.start, word.span.end, builder)
        return
    end = stage.image.span.end
    yield Edit(end, end, f" {'as' if style.lower else 'AS'} {builder}")


def _earlier(
    dockerfile: Dockerfile, stage: Stage, earlier: Earlier, style: Style
) -> Iterator[Edit]:
    """Fetch dependencies in front of the sources; the RUN moves with its comments."""
    at, _ = extent(dockerfile, earlier.before)
    gap = style.newline if is_spaced(dockerfile, stage) else ""
    lines = styled(earlier.line, style) + _whole(dockerfile, earlier.moved, style) + gap
    yield Edit(at, at, lines)
    yield _taken_out(dockerfile, earlier.moved)


def _taken_out(dockerfile: Dockerfile, instruction: Instruction) -> Edit:
    """Take an instruction out, with the comments right above it and the blank line behind."""
    start, end = extent(dockerfile, instruction)
    starts, text = dockerfile.line_starts, dockerfile.text
    line = dockerfile.line_of(start)
    above = text[starts[line - 2] : start].strip() if line > 1 else ""
    following = text.find("\n", end)
    behind = text[end:] if following < 0 else text[end : following + 1]
    if not above and not behind.strip() and following >= 0:
        end = following + 1
    return Edit(start, end, "")


def extent(dockerfile: Dockerfile, instruction: Instruction) -> tuple[int, int]:
    """An instruction with the comments right above it."""
    comments = {comment.line for comment in dockerfile.comments}
    directives = {directive.line for directive in dockerfile.directives}
    line = instruction.first_line
    while line - 1 in comments - directives and line > 1:
        line -= 1
    return dockerfile.line_starts[line - 1], instruction.span.end


def _head_of_final(
    dockerfile: Dockerfile, stage: Stage, plan: Plan, names: tuple[str, str | None], style: Style
) -> list[str]:
    """The lines of the final stage up to what follows in the file; `names` are those of the
    builder and of the final stage."""
    needs = plan.needs
    builder, name = names
    if needs.head is not None:
        return _repeated_head(dockerfile, stage, plan, needs.head, names, style)
    platform = stage.start.flag("platform")
    text = filled(
        f"stages/{plan.template}.Dockerfile.j2",
        base=needs.base,
        platform=platform.value if platform is not None else None,
        name=name,
        builder=builder,
        folder=plan.folder,
        copies=list(_copies(needs.artifacts, builder, plan.folder or needs.base.folder)),
        packages=sorted({package.name for package in needs.packages}),
        final_lines=needs.final_lines,
        user=plan.user,
        spaced=is_spaced(dockerfile, stage),
    )
    own = [styled(line, style) for line in text.split("\n")[:-1]]
    repeated = [_ended(item.span.of(dockerfile.text), style) for item in plan.repeated]
    moved = [_whole(dockerfile, item, style) for item in plan.moved]
    at = 1
    return [*own[:at], *repeated, *own[at:], *moved]


def _repeated_head(
    dockerfile: Dockerfile,
    stage: Stage,
    plan: Plan,
    head: Sequence[Repeated],
    names: tuple[str, str | None],
    style: Style,
) -> list[str]:
    """FROM, and the builder's instructions over again, each as far from the one above as there."""
    builder, name = names
    platform = stage.start.flag("platform")
    text = filled(
        f"stages/{plan.template}.Dockerfile.j2",
        base=plan.needs.base,
        platform=platform.value if platform is not None else None,
        name=name,
    )
    lines = [styled(line, style) for line in text.split("\n")[:-1]]
    for item in head:
        if _follows_blank(dockerfile, item.instruction):
            lines.append(style.newline)
        if item.lines is None:
            lines.append(_ended(item.instruction.span.of(dockerfile.text), style))
        else:
            lines += [styled(line.replace("{builder}", builder), style) for line in item.lines]
    if plan.moved and is_spaced(dockerfile, stage):
        lines.append(style.newline)
    return [*lines, *(_whole(dockerfile, item, style) for item in plan.moved)]


def _follows_blank(dockerfile: Dockerfile, instruction: Instruction) -> bool:
    start, _ = extent(dockerfile, instruction)
    line = dockerfile.line_of(start)
    starts = dockerfile.line_starts
    return line > 1 and not dockerfile.text[starts[line - 2] : start].strip()


def styled(line: str, style: Style) -> str:
    """A generated line in the letter case, the indentation and with the line ending of the file."""
    indent = len(line) - len(line.lstrip(" "))
    keyword, space, rest = line.lstrip(" ").partition(" ")
    if indent:
        line = style.indent + line.lstrip(" ")
    elif style.lower and keyword.isupper():
        line = keyword.lower() + space + rest.replace(" AS ", " as ")
    if line.endswith("\\") and style.escape != "\\":
        line = line[:-1] + style.escape
    return line + style.newline


def _whole(dockerfile: Dockerfile, instruction: Instruction, style: Style) -> str:
    start, end = extent(dockerfile, instruction)
    return _ended(dockerfile.text[start:end], style)


def _ended(text: str, style: Style) -> str:
    return text if text.endswith("\n") else text + style.newline


def _copies(artifacts: Sequence[Artifact], builder: str, folder: str) -> Iterator[str]:
    for artifact in artifacts:
        flags = f"--from={builder}"
        if artifact.owner is not None:
            flags += f" --chown={artifact.owner}"
        paths = [artifact.source, _target(artifact, folder)]
        if any(" " in path for path in paths):
            yield f"COPY {flags} {json.dumps(paths, ensure_ascii=False)}"
        else:
            yield f"COPY {flags} {' '.join(paths)}"


def _target(artifact: Artifact, folder: str) -> str:
    """The target as a person writes it: `./` in the working directory, else in full."""
    if artifact.folder and artifact.target == folder != "/":
        return "./"
    if not artifact.folder:
        same = posixpath.basename(artifact.source) == posixpath.basename(artifact.target)
        if same and posixpath.dirname(artifact.target) == folder and folder != "/":
            return "./"
    # what a pattern names goes into a folder, also where it is one file
    return f"{artifact.target}/" if "*" in artifact.source else artifact.target
