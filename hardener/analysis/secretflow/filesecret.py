"""One credential file that is copied, with all that its guards and its rewrite ask about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.secretflow.code import RunCode
from hardener.analysis.secretflow.cutting import Cut
from hardener.analysis.secretflow.files import CopiedSecret, FileUse, stages_of, steps_behind
from hardener.analysis.secretflow.rewrite import Mount, Rewriter
from hardener.analysis.secretflow.secret import reaches_final
from hardener.analysis.secretflow.stores import DEFAULT_KEYS, agent_will_do
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Instruction
from hardener.project.callers.handover import Handover
from hardener.project.context import inside

_NUMERIC = re.compile(r"\d+")


@dataclass(frozen=True)
class FileSecret:
    """A copied credential file, and what rewrites it.

    Attributes:
        found: the file.
        rewriter: makes the edits.
        others: all files that are taken out together with it, itself included.
    """

    found: CopiedSecret
    rewriter: Rewriter
    others: list[FileSecret]

    @property
    def anchor(self) -> Instruction:
        """The COPY."""
        return self.found.instruction

    @property
    def name(self) -> str:
        """The file as COPY names it."""
        return self.found.source

    @cached_property
    def id(self) -> str:
        """The id of its secret mount; with the file's name where two are of a kind."""
        kind = self.found.kind
        same = {item.found.source for item in self.others if item.found.kind is kind}
        if len(same) < 2:
            return kind.id
        return re.sub(r"\W+", "_", name_of(self.name.rstrip("/")).strip(".").lower())

    @cached_property
    def by_agent(self) -> bool:
        """Whether an SSH agent can stand in for the key: it is one that ssh looks for by itself,
        and the stage says which hosts are to be trusted."""
        target = self.found.target
        if not self.found.kind.ssh or self.found.kind.folder or target is None:
            return False
        if name_of(target) not in DEFAULT_KEYS or name_of(parent(target)) != ".ssh":
            return False
        return agent_will_do(self.rewriter.dockerfile, self.found.step.stage)

    # --- guards: what is met, None where nothing is ---

    def is_a_folder(self) -> str | None:
        """It is a whole folder of credentials."""
        return self.name if self.found.kind.folder else None

    def may_be_harmless(self) -> str | None:
        """It isn't at hand, and such a file may hold no secret."""
        return self.name if self.found.unsure else None

    def is_started_with(self) -> str | None:
        """An instruction other than RUN names it."""
        for instruction in self.found.elsewhere:
            return f"{instruction.name} in line {instruction.first_line}"
        return None

    def is_for_run_time(self) -> str | None:
        """The program in the container may read it."""
        found = self.found
        if not found.kind.runtime or found.removed:
            return None
        final = reaches_final(found.analysis, found.step.stage.index)
        return self.name if final or not found.readers else None

    def has_no_reader(self) -> str | None:
        """No RUN is seen to read it."""
        return None if self.found.readers else self.name

    def is_kept(self) -> str | None:
        """A RUN puts what stands in it elsewhere."""
        for use in self.found.uses:
            if use.kept is not None:
                return f"{use.kept} in line {use.code.instruction.first_line}"
        return None

    def place_is_unknown(self) -> str | None:
        """Where the image has it, or how COPY names it, isn't known."""
        copy = self.found.instruction
        several = copy.json is not None and len(copy.json) > 2
        return self.name if self.found.target is None or several or copy.heredocs else None

    def is_taken_again(self) -> str | None:
        """A COPY takes it along once more before the RUN that deletes it."""
        again = self.taken_along
        if again is None or again.span.start < self.anchor.span.start:
            return None
        removing = [use.code.instruction for use in self.found.uses if use.removed]
        later = any(item.span.start > again.span.start for item in removing)
        return f"{again.name} in line {again.first_line}" if later else None

    def is_unreadable(self) -> str | None:
        """ssh takes no key that others can read, and the number of the RUN's user isn't known."""
        if not self.found.kind.ssh or self.by_agent:
            return None
        for use in self.found.readers:
            name = use.code.step.user.name
            if name is not None and name not in ("root", "0") and not _NUMERIC.fullmatch(name):
                return name
        return None

    def is_closed_in(self) -> str | None:
        """What has to go from a RUN can't be taken out by itself."""
        for use in self.found.uses:
            refusal = self._cut(use).refusal()
            if refusal is not None:
                return f"line {use.code.instruction.first_line}: {refusal}"
        return None

    # --- the rewrite ---

    def _cut(self, use: FileUse) -> Cut:
        """What goes from a RUN: chmod and chown of the mounted files, and the `rm` of them."""
        at = use.code.instruction.span.start
        cut = Cut(use.code)
        gone = {item.found.target for item in self.others}
        for other in self.others:
            for its in other.found.uses:
                if its.code.instruction.span.start != at:
                    continue
                folder = its.code.step.folder
                for command in (*its.removed, *its.tended):
                    # the same command as another reading of the code has it
                    script = use.code.script
                    command = next(
                        item for item in (script.commands if script else ()) if item == command
                    )
                    operands = [word for word in command.args if not word.text.startswith("-")]
                    if command.name in ("chmod", "chown"):
                        operands = operands[1:]
                    mounted = [word for word in operands if _path(word.text, folder) in gone]
                    if len(mounted) == len(operands):
                        cut.commands += [command] if command not in cut.commands else []
                    else:
                        cut.words += [
                            (command, word) for word in mounted if (command, word) not in cut.words
                        ]
        return cut

    def edits(self) -> Iterator[Edit]:
        """The file goes from COPY, mounts come to the RUNs that read it, and its `rm` goes."""
        yield self._without_source()
        for use in self.found.uses:
            cut = self._cut(use)
            if cut.everything and not use.code.instruction.heredocs:
                yield self.rewriter.gone(use.code.instruction)
                continue
            yield from cut.edits()
            if use.reads:
                yield from self._mounted(use)
        if self.by_agent:
            yield from self._folder_for_hosts()

    def _mounted(self, use: FileUse) -> Iterator[Edit]:
        if not self.by_agent:
            mount = Mount(self.id, True, target=self.found.target)
            yield from self.rewriter.mounts(use.code, [mount], file=True)
            return
        yield from self.rewriter.ssh(use.code)

    def _folder_for_hosts(self) -> Iterator[Edit]:
        """Make the folder of the known hosts where only the COPY of the key made it so far."""
        folder = parent(self.found.target or "")
        dockerfile = self.rewriter.dockerfile
        if re.search(r"mkdir[^\n]*\.ssh", self._text_before(self.found.instruction)):
            return
        gone = [use.code.instruction for use in self.found.uses if self._cut(use).everything]
        for step in steps_behind(self.found.analysis, self.found.step):
            instruction = step.instruction
            if instruction in gone or ".ssh" not in instruction.span.of(dockerfile.text):
                continue
            if instruction.name == "RUN" and "mkdir" not in instruction.logical.text:
                code = RunCode(dockerfile, step)
                if code.form == "shell":
                    yield self.rewriter.in_front(code, f"mkdir -p -m 0700 {folder} &&")
            return

    def _text_before(self, instruction: Instruction) -> str:
        stage = self.found.step.stage
        return self.rewriter.dockerfile.text[stage.start.span.start : instruction.span.start]

    def _without_source(self) -> Edit:
        copy = self.found.instruction
        words = copy.words()
        gone = {item.name for item in self.others if item.found.instruction is copy}
        if copy.json is not None or all(word.value in gone for word in words[:-1]):
            return self.rewriter.gone(copy)
        at = next(number for number, word in enumerate(words) if word.value == self.name)
        return Edit(words[at].span.start, words[at + 1].span.start, "")

    @cached_property
    def taken_along(self) -> Instruction | None:
        """A COPY that takes the file along with the folder that it is in."""
        analysis = self.found.analysis
        if analysis.context is None or analysis.context.entry(self.name) is None:
            return None
        path = inside(self.name)
        for stage in analysis.dockerfile.stages:
            for copy in analysis.stage(stage).copies:
                for source in copy.sources if copy.from_context else ():
                    folder = inside(source) if source is not None else path
                    if folder == "." or path.startswith(f"{folder}/"):
                        return copy.instruction
        return None

    @property
    def build_flag(self) -> str:
        """What `docker build` is given from now on."""
        if self.by_agent:
            return f"--ssh default={self.name}"
        return f"--secret id={self.id},src={self.name}"

    @property
    def handover(self) -> Handover:
        """What callers hand over from now on."""
        whole = len(self.rewriter.dockerfile.stages) == 1
        stages = () if whole else stages_of(self.found.readers)
        if self.by_agent:
            return Handover("ssh", "default", file=self.name, stages=stages)
        return Handover("secret", self.id, file=self.name, stages=stages)


def _path(word: str, folder: str | None) -> str | None:
    for prefix in ("~/", "$HOME/", "${HOME}/"):
        if word.startswith(prefix):
            return joined("/root", word[len(prefix) :])
    return joined(folder, word)
