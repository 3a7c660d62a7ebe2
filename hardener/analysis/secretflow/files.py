"""Finds credential files that are copied into an image, and what the RUNs do with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hardener.analysis.analysis import Analysis
from hardener.analysis.paths import below, joined, name_of
from hardener.analysis.secretflow.code import WRITES, RunCode
from hardener.analysis.steps import Copied, Step, copied
from hardener.dockerfile.images import base_stage
from hardener.dockerfile.nodes import Instruction, Stage
from hardener.dockerfile.shell import Command
from hardener.secrets.commands import store_of
from hardener.secrets.credentials import Credential, credential_named

_MOST_BYTES = 256 * 1024
_HOME = "/root"
_HOMES = re.compile(r"/root(?:/\.\w+)?|/home/\w+(?:/\.\w+)?|/")
# commands that a mounted file needs no more: it comes readable, and goes by itself
_TENDS = frozenset({"chmod", "chown"})
# commands after which what stood in the file stands in another
_KEEPS = frozenset({"cp", "mv", "install", "ln", "tee", "dd", "sed", "rsync"})


@dataclass(slots=True)
class FileUse:
    """What one RUN does with the file.

    Attributes:
        reads: whether a program in it reads the file.
        removed: the `rm`s that take it away.
        tended: chmod and chown of it.
        kept: a command that puts what stands in it elsewhere, or writes to it.
    """

    code: RunCode
    reads: bool = False
    removed: list[Command] = field(default_factory=list)
    tended: list[Command] = field(default_factory=list)
    kept: str | None = None


@dataclass
class CopiedSecret:
    """A credential file that a COPY or ADD puts into the image.

    Attributes:
        analysis: of the Dockerfile.
        step: the COPY.
        source: as it names the file.
        kind: what it is.
        target: where the image has it; None where that isn't known.
        seen: what stands in it; None where it isn't at hand.
        uses: the RUNs behind it that do something with it.
        elsewhere: other instructions that name it.
    """

    analysis: Analysis
    step: Step
    copy: Copied
    source: str
    kind: Credential
    target: str | None
    seen: str | None
    uses: list[FileUse] = field(default_factory=list)
    elsewhere: list[Instruction] = field(default_factory=list)

    @property
    def instruction(self) -> Instruction:
        """The COPY."""
        return self.step.instruction

    @cached_property
    def removed(self) -> bool:
        """Whether a later RUN takes it away again."""
        return any(use.removed for use in self.uses)

    @property
    def unsure(self) -> bool:
        """Whether it may as well hold no secret: it isn't at hand, and by its name alone it may
        hold anything. What is deleted again was meant to be secret."""
        return self.seen is None and self.kind.variables and not self.removed

    @property
    def readers(self) -> list[FileUse]:
        """The RUNs that read it."""
        return [use for use in self.uses if use.reads]


def copied_secrets(analysis: Analysis) -> Iterator[CopiedSecret]:
    """The credential files that a file copies by name out of its context."""
    for stage in analysis.dockerfile.stages:
        for step in analysis.stage(stage).own_steps:
            if step.instruction.name not in ("COPY", "ADD"):
                continue
            if not _may_name_one(step.instruction):
                continue
            copy = copied(analysis.dockerfile, step)
            if not copy.from_context:
                continue
            for source in copy.sources:
                kind = credential_named(source) if source and "://" not in source else None
                if kind is not None and source is not None:
                    found = _found(analysis, step, copy, source, kind)
                    if found is not None:
                        yield found


def _may_name_one(instruction: Instruction) -> bool:
    words = instruction.json or [word.value for word in instruction.words()]
    return any(credential_named(word) is not None for word in words)


def _found(
    analysis: Analysis, step: Step, copy: Copied, source: str, kind: Credential
) -> CopiedSecret | None:
    seen = _content(analysis, source)
    if seen is not None and not kind.holds_secret(seen):
        return None
    steps = analysis.stage(step.stage).steps
    target = _target(copy, source, kind, frozenset(item.folder for item in steps))
    found = CopiedSecret(analysis, step, copy, source, kind, target, seen)
    _follow(analysis, found)
    return found


def _content(analysis: Analysis, source: str) -> str | None:
    context = analysis.context
    if context is None:
        return None
    for path in context.sources(source):
        head = context.head(path, _MOST_BYTES)
        if head is not None:
            return head.decode("utf-8", "replace")
    return None


def _target(
    copy: Copied, source: str, kind: Credential, folders: frozenset[str | None]
) -> str | None:
    """The path of the file in the image; `folders` are those that are known to be folders."""
    if copy.target is None or any(sign in source for sign in "*?["):
        return None
    name = name_of(source.rstrip("/"))
    if kind.folder:
        return copy.target
    named = name_of(copy.target).lstrip(".") == name.lstrip(".") or (
        credential_named(copy.target) is not None
    )
    if named and not copy.into:
        return copy.target
    if copy.into or copy.target in folders or _HOMES.fullmatch(copy.target):
        return joined(copy.target, name)
    return None


def _follow(analysis: Analysis, found: CopiedSecret) -> None:
    """Note what the RUNs behind the COPY do, in its stage and those built on it."""
    gone: set[int] = set()
    for step in steps_behind(analysis, found.step):
        stage = step.stage
        below_ = base_stage(analysis.dockerfile, stage)
        if stage.index in gone or (below_ is not None and below_.index in gone):
            gone.add(stage.index)
        elif step.instruction.name == "RUN":
            use = _use_of(analysis, found, step)
            if use is not None:
                found.uses.append(use)
                if use.removed:
                    gone.add(stage.index)
        elif step.instruction.name in ("COPY", "ADD") and not step.instruction.flag("from"):
            # copied out of the context it is looked at for itself
            continue
        elif _names(found, step.instruction.logical.text, step.folder):
            found.elsewhere.append(step.instruction)


def steps_behind(analysis: Analysis, step: Step) -> Iterator[Step]:
    """The steps behind one, in its stage and in those that are built on it."""
    start = step.instruction.span.start
    within = {step.stage.index}
    for stage in analysis.dockerfile.stages[step.stage.index :]:
        below_ = base_stage(analysis.dockerfile, stage)
        if stage.index in within or (below_ is not None and below_.index in within):
            within.add(stage.index)
            for later in analysis.stage(stage).own_steps:
                if later.instruction.span.start > start:
                    yield later


def _names(found: CopiedSecret, text: str, folder: str | None) -> bool:
    name = name_of((found.target or found.source).rstrip("/"))
    return bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text))


def _use_of(analysis: Analysis, found: CopiedSecret, step: Step) -> FileUse | None:
    code = RunCode(analysis.dockerfile, step)
    use = FileUse(code)
    named = _names(found, code.text, step.folder)
    if any(found.kind.is_read_by(words) for words in code.calls):
        use.reads = True
    for call in code.calls:
        # a mounted file can't be written
        if (store := store_of(call)) is not None and call[0] in found.kind.programs:
            use.kept = " ".join(store.words)
    if code.runs_scripts or "make" in code.programs:
        use.reads = True
    if not named:
        return use if use.reads or use.kept else None
    if code.script is None:
        use.reads = True
        return use
    folder = step.folder
    for command in code.script.commands:
        words = [word.text for word in command.words]
        if words[:1] == ["cd"] and len(words) > 1 and folder is not None:
            folder = joined(folder, words[1])
        meant = [word for word in words[1:] if _is_meant(found, word, folder)]
        redirects = [item for item in command.redirects if item.operator in WRITES]
        if any(_is_meant(found, item.target.text, folder) for item in redirects):
            use.kept = "what is written to it"
            continue
        if not meant and not any(
            _is_meant(found, item.target.text, folder) for item in command.redirects
        ):
            continue
        if command.name == "rm":
            use.removed.append(command)
        elif command.name in _TENDS:
            use.tended.append(command)
        elif command.name in _KEEPS or (
            command.name == "cat" and (command.redirects or command.piped)
        ):
            use.kept = command.name
        else:
            use.reads = True
    return use


def _is_meant(found: CopiedSecret, word: str, folder: str | None) -> bool:
    """Whether a word of a command means the file."""
    if found.target is None:
        return name_of(word.rstrip("/")) == name_of(found.source.rstrip("/"))
    home = found.step.user.name in (None, "root", "0")
    plain = word
    for prefix in ("~/", "$HOME/", "${HOME}/"):
        if home and word.startswith(prefix):
            plain = f"{_HOME}/{word[len(prefix) :]}"
    path = joined(folder, plain) if plain else None
    if path is None:
        return name_of(word) == name_of(found.target)
    inside = below(found.target, path)
    return path == found.target or (inside is not None and path not in ("/", folder))


def stages_of(uses: Sequence[FileUse]) -> tuple[str, ...]:
    """The names or numbers of the stages that RUNs are in."""
    stages: dict[str, None] = {}
    for use in uses:
        stage: Stage = use.code.step.stage
        stages[stage.name or str(stage.index)] = None
    return tuple(stages)
