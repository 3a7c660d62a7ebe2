"""What holds before an instruction, and what single instructions do: copy, run, declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardener.analysis.calls import Call, Code, calls_in, calls_of
from hardener.analysis.paths import joined
from hardener.dockerfile.expand import ExpansionError
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.scope import Scope
from hardener.dockerfile.shell import dialect_of


@dataclass(frozen=True, slots=True)
class User:
    """The user that instructions and the container run as.

    Attributes:
        text: `name`, `number` or either with a group; None where it isn't known.
        written: as USER says it, variables left in; "" where no USER of the file does.
        set_by: the USER instruction; None where the base image says it.
    """

    text: str | None
    written: str = ""
    set_by: Instruction | None = None

    @property
    def name(self) -> str | None:
        """The user without the group."""
        return None if self.text is None else self.text.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Copied:
    """What one COPY or ADD puts into the image.

    Attributes:
        sources: as the builder sees them, variables replaced; None for one that isn't known.
        target: the absolute path as written, without a slash at its end; None if not known.
        into: whether the target is certainly a folder that the sources go into.
        stage: the earlier stage they come from; None for the context and for images.
        image: whether they come from an image, or from somewhere that isn't known.
        owner, mode: the values of --chown and --chmod; None without the flag.
        inline: names and texts of here-documents.
    """

    instruction: Instruction
    sources: tuple[str | None, ...]
    target: str | None
    into: bool
    stage: Stage | None = None
    image: bool = False
    owner: str | None = None
    mode: str | None = None
    inline: tuple[tuple[str, str], ...] = ()

    @property
    def from_context(self) -> bool:
        """Whether the sources are files of the build context."""
        return self.stage is None and not self.image


@dataclass(frozen=True, slots=True)
class Ran:
    """What one RUN starts."""

    instruction: Instruction
    code: Code

    @property
    def calls(self) -> tuple[Call, ...]:
        """The programs, in order."""
        return self.code.calls


@dataclass(frozen=True, slots=True)
class Step:
    """What holds before one instruction.

    `stage` is the stage it belongs to: also those that the stage looked at is built on.
    """

    instruction: Instruction
    stage: Stage
    user: User
    folder: str | None
    shell: tuple[str, ...] | None
    scope: Scope


@dataclass(frozen=True, slots=True)
class Volume:
    """A VOLUME; `instruction` is None where the base image declares it."""

    path: str
    instruction: Instruction | None


def expanded(scope: Scope, word: str) -> str | None:
    """What a word comes to; None where it isn't known, or no build accepts it."""
    try:
        return scope.expand(word).value
    except ExpansionError:
        return None


def speaks_posix(shell: Sequence[str] | None) -> bool:
    """Whether shell-form instructions are POSIX shell code under this SHELL."""
    return shell is not None and dialect_of(shell) == "posix"


def copied(dockerfile: Dockerfile, step: Step) -> Copied:
    """What a COPY or ADD puts into the image."""
    instruction, scope = step.instruction, step.scope
    if instruction.json is not None:
        written = list(instruction.json)
    else:
        written = [word.value for word in instruction.words()]
    bodies = {item.name: item for item in instruction.heredocs}
    inline = []
    sources: list[str | None] = []
    for word in written[:-1]:
        name = word[2:].lstrip("-").strip("'\"") if word.startswith("<<") else None
        if name in bodies:
            inline.append((name, bodies[name].body.of(dockerfile.text)))
        else:
            sources.append(expanded(scope, word))
    last = expanded(scope, written[-1]) if written else None
    target = None if last is None else joined(step.folder, last)
    several = len(sources) + len(inline) > 1
    into = last is not None and (last.endswith(("/", "/.")) or last in (".", "./", "..") or several)
    flag = instruction.flag("from")
    stage = None
    if flag is not None and flag.value:
        stage = dockerfile.stage_named(flag.value, step.stage.index)
    owner, mode = instruction.flag("chown"), instruction.flag("chmod")
    return Copied(
        instruction,
        tuple(sources),
        target,
        into,
        stage=stage,
        image=flag is not None and stage is None,
        owner=_flag_value(scope, owner.value if owner else None),
        mode=_flag_value(scope, mode.value if mode else None),
        inline=tuple(inline),
    )


def _flag_value(scope: Scope, value: str | None) -> str | None:
    if value is None:
        return None
    return expanded(scope, value) or value


def ran(dockerfile: Dockerfile, step: Step) -> Ran:
    """What a RUN starts."""
    instruction = step.instruction

    def lookup(name: str) -> str | None:
        value = step.scope.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else None

    if instruction.json is not None:
        code = calls_of(instruction.json, step.folder, lookup)
    elif not speaks_posix(step.shell):
        code = Code((), complete=False)
    else:
        code = calls_in(_shell_code(dockerfile, instruction), step.folder, lookup)
    return Ran(instruction, code)


def _shell_code(dockerfile: Dockerfile, instruction: Instruction) -> str:
    """The code of a RUN in shell form with its here-documents as the shell gets them.

    A RUN that is nothing but a here-document runs its body (docs.docker.com/reference/dockerfile,
    "Here-Documents").
    """
    value = instruction.value
    if not instruction.heredocs:
        return value
    bodies = [item.body.of(dockerfile.text) for item in instruction.heredocs]
    if len(bodies) == 1 and value.startswith("<<") and len(value.split()) == 1:
        first, _, rest = bodies[0].partition("\n")
        if not first.startswith("#!"):
            return bodies[0]
        return rest if dialect_of(first[2:].split()[-1:]) == "posix" else ""
    closed = (
        f"{body}{item.name}\n" for body, item in zip(bodies, instruction.heredocs, strict=True)
    )
    return f"{value}\n{''.join(closed)}"


def volumes(steps: Sequence[Step]) -> Iterator[Volume]:
    """The paths that VOLUME instructions name."""
    for step in steps:
        if step.instruction.name == "VOLUME":
            for path in _arguments(step):
                if path.startswith("/") and (clean := joined(None, path)) is not None:
                    yield Volume(clean, step.instruction)


def ports(steps: Sequence[Step]) -> Iterator[str]:
    """The ports that EXPOSE instructions name and that are known."""
    for step in steps:
        if step.instruction.name == "EXPOSE":
            yield from _arguments(step)


def _arguments(step: Step) -> Iterator[str]:
    words = step.instruction.json or [word.value for word in step.instruction.words()]
    for word in words:
        value = expanded(step.scope, word)
        if value:
            yield value
