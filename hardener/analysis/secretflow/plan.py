"""Plans what becomes of each RUN that a secret reaches, also where one writes it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hardener.analysis.analysis import Analysis
from hardener.analysis.paths import name_of
from hardener.analysis.secretflow.clones import Clone, clones
from hardener.analysis.secretflow.code import RunCode
from hardener.analysis.secretflow.cutting import Cut
from hardener.analysis.secretflow.files import steps_behind
from hardener.analysis.secretflow.model import Carrier, Flow, Use
from hardener.analysis.secretflow.rewrite import Rewriter
from hardener.analysis.secretflow.stores import Written, agent_will_do, written
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.shell import Command
from hardener.secrets.credentials import credential_named


@dataclass
class Plan:
    """What becomes of one RUN.

    Attributes:
        code: the RUN.
        carriers: the variables it gets the secret in.
        front: commands that go in front, which write the secret down.
        back: commands that go behind, which take that away again.
        cut: what goes from it.
        clones: calls of git that would leave the secret in what they fetch.
        agent: whether it asks an SSH agent instead.
    """

    code: RunCode
    carriers: tuple[Carrier, ...] = ()
    front: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    cut: Cut = field(init=False)
    clones: tuple[Clone, ...] = ()
    agent: bool = False

    def __post_init__(self) -> None:
        self.cut = Cut(self.code)

    @property
    def spared(self) -> bool:
        """Whether nothing of what is left needs the secret, since only what goes named it."""
        if self.front or not self.cut.commands or self.code.script is None:
            return False
        names = {item.name for item in self.carriers}
        left = [item for item in self.code.script.commands if item not in self.cut.commands]
        return not any(names & set(item.variables) for item in left)

    def edits(
        self, rewriter: Rewriter, id_: str, *, required: bool, default: str
    ) -> Iterator[Edit]:
        """The edits of this RUN."""
        if self.cut.everything and not self.front:
            yield rewriter.gone(self.code.instruction)
            return
        yield from self.cut.edits()
        if self.agent:
            yield from rewriter.ssh(self.code)
        if self.carriers and not self.spared:
            yield from rewriter.variable(
                self.code,
                id_,
                self.carriers,
                required=required,
                for_all=bool(self.front or self.back),
                default=default,
            )
        for command in self.front:
            yield rewriter.in_front(self.code, f"{command} &&")
        for clone in self.clones:
            yield from clone.edits()
        for command in self.back:
            yield rewriter.behind(self.code, command)


class Plans:
    """The plans for all RUNs that one secret reaches.

    Attributes:
        of: by the offset of the RUN.
        refusal: why the secret can't be kept out of the image; None where it can.
        by_agent: whether an SSH agent stands in for the secret, which is a key.
    """

    def __init__(
        self,
        analysis: Analysis,
        flow: Flow,
        needed: Sequence[tuple[Use, tuple[Carrier, ...]]],
    ) -> None:
        self.refusal: str | None = None
        self.by_agent = False
        self.of: dict[int, Plan] = {}
        self._analysis = analysis
        for use, carriers in needed:
            plan = self._plan(use.code)
            plan.carriers = carriers
            names = frozenset(item.name for item in carriers)
            found = clones(use.code, names)
            plan.clones = found.calls
            if found.refused is not None:
                self._refuse(use.code, found.refused)
        for use, carriers in needed:
            for item in written(use.code, frozenset(carrier.name for carrier in carriers)):
                self._undo(item, carriers)

    def _plan(self, code: RunCode) -> Plan:
        return self.of.setdefault(code.instruction.span.start, Plan(code))

    def _refuse(self, code: RunCode, why: str) -> None:
        if self.refusal is None:
            self.refusal = f"{why} in line {code.instruction.first_line}"

    def _undo(self, item: Written, carriers: tuple[Carrier, ...]) -> None:
        """Let what one command writes down be there for those who read it only."""
        readers, removers = self._later(item)
        if item.key and readers and agent_will_do(item.code.dockerfile, item.code.step.stage):
            self._hand_to_agent(item, readers, removers)
            return
        here = self._is_read_here(item)
        shared = self._shares_its_file(item, alone=bool(readers))
        if item.undo is None or shared or not (readers or here) or not _can_go_on(item.code):
            self._refuse(item.code, item.what)
            return
        self._take_out(item, removers)
        if here or not readers:
            self._plan(item.code).back.append(item.undo)
        else:
            self._take_out(item, [(item.code, [item.command])])
        kind = credential_named(item.what)
        if readers and kind is not None and kind.ssh:
            # ssh takes no key that others can read, and what gives it its rights stays behind
            self._refuse(item.code, item.what)
        for code in readers:
            plan = self._plan(code)
            elsewhere = item.relative and code.step.folder != item.code.step.folder
            if not _can_go_on(code) or elsewhere or code.step.user.text != item.code.step.user.text:
                self._refuse(code, f"{item.what}, which is read")
            plan.carriers = tuple({c.name: c for c in (*plan.carriers, *carriers)}.values())
            plan.front.append(item.setup)
            plan.back.insert(0, item.undo)

    def _hand_to_agent(
        self,
        item: Written,
        readers: Sequence[RunCode],
        removers: Sequence[tuple[RunCode, list[Command]]],
    ) -> None:
        """Take out what writes a key down and tends it; who reads it asks an agent instead."""
        self.by_agent = True
        self._take_out(item, [(item.code, [item.command]), *removers])
        for code, command in self._naming(item):
            if _words(command)[:1] not in (("chmod",), ("chown",)):
                self._refuse(code, item.what)
            self._take_out(item, [(code, [command])])
        if (tending := self._tending_a_pattern(item)) is not None:
            self._refuse(tending, item.what)
        for code in readers:
            self._plan(code).agent = True

    def _tending_a_pattern(self, item: Written) -> RunCode | None:
        """A RUN that sets the rights of all files beside the key, where there may be no other: it
        fails once the key is gone."""
        hosts = False
        for step in self._analysis.stage(item.code.step.stage).own_steps:
            if step.instruction.name != "RUN":
                continue
            code = RunCode(item.code.dockerfile, step)
            for command in code.script.commands if code.script else ():
                words = [word.text for word in command.words]
                words += [redirect.target.text for redirect in command.redirects]
                if _words(command)[:1] in (("chmod",), ("chown",)):
                    if not hosts and any(word.endswith(".ssh/*") for word in words):
                        return code
                elif any(name_of(word) in ("known_hosts", "config") for word in words):
                    hosts = True
        return None

    def _take_out(self, item: Written, gone: Sequence[tuple[RunCode, list[Command]]]) -> None:
        for code, commands in gone:
            cut = self._plan(code).cut
            cut.commands += [command for command in commands if command not in cut.commands]
            if (why := cut.refusal()) is not None:
                self._refuse(code, f"{item.what}: {why}")

    def _naming(self, item: Written) -> Iterator[tuple[RunCode, Command]]:
        """The other commands of the stage that name the file, but for those that remove it."""
        for step in self._analysis.stage(item.code.step.stage).own_steps:
            if step.instruction.name != "RUN" or not item.file:
                continue
            code = item.code if step is item.code.step else RunCode(item.code.dockerfile, step)
            for command in code.script.commands if code.script else ():
                if command.start == item.command.start or item.removes(_words(command)):
                    continue
                words = [word.text for word in command.words]
                words += [redirect.target.text for redirect in command.redirects]
                if any(name_of(word) == item.file for word in words):
                    yield code, command

    def _shares_its_file(self, item: Written, *, alone: bool) -> bool:
        """Whether the file also has what other commands wrote, or a COPY, so that it can't be taken
        away; `alone` if no other command of the same RUN may write it either."""
        copied = False
        for step in self._analysis.stage(item.code.step.stage).own_steps:
            instruction = step.instruction
            if item.file and instruction.name in ("COPY", "ADD"):
                words = instruction.json or [word.value for word in instruction.words()]
                copied = copied or any(name_of(word) == item.file for word in words)
            elif copied and instruction.name == "RUN":
                code = RunCode(item.code.dockerfile, step)
                before = instruction.span.start < item.code.instruction.span.start
                if before and any(item.removes(words) for words in code.calls):
                    copied = False
        if copied:
            return True
        return any(
            alone or code.instruction is not item.code.instruction for code, _ in self._naming(item)
        )

    def _is_read_here(self, item: Written) -> bool:
        code = item.code
        if code.script is None:
            return False
        at = code.script.commands.index(item.command)
        behind = code.script.commands[at + 1 :]
        return any(_reads(item, command) for command in behind)

    def _later(self, item: Written) -> tuple[list[RunCode], list[tuple[RunCode, list[Command]]]]:
        """The RUNs behind that read what was written, and those that take it away."""
        readers: list[RunCode] = []
        removers: list[tuple[RunCode, list[Command]]] = []
        gone: set[int] = set()
        for step in steps_behind(self._analysis, item.code.step):
            if step.instruction.name != "RUN" or step.stage.index in gone:
                continue
            code = RunCode(item.code.dockerfile, step)
            removing = [
                command
                for command in (code.script.commands if code.script else ())
                if item.removes(_words(command))
            ]
            opened = code.runs_scripts or "make" in code.programs
            if opened or any(item.reads(words) for words in code.calls):
                readers.append(code)
            if removing:
                removers.append((code, removing))
                gone.add(step.stage.index)
        return readers, removers


def _reads(item: Written, command: Command) -> bool:
    words = _words(command)
    return bool(words) and (item.reads(words) or words[0].startswith("./") or words[0] == "make")


def _words(command: Command) -> tuple[str, ...]:
    words = [word.text for word in command.words]
    return (words[0].rpartition("/")[2] or words[0], *words[1:]) if words else ()


def _can_go_on(code: RunCode) -> bool:
    """Whether commands can be put in front of the code and behind it without changing what a
    failure of one of them does."""
    script = code.script
    if code.form != "shell" or script is None or not script.complete:
        return False
    if code.instruction.heredocs:
        return False
    joints = {step.connector for step in script.chain[1:]}
    last = script.chain[-1] if script.chain else None
    return joints <= {"&&"} and last is not None and not last.background
