"""Finds the secrets that come in by ARG and ENV, and follows them through all stages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hardener.analysis.analysis import Analysis
from hardener.analysis.secretflow.code import RunCode
from hardener.analysis.secretflow.model import Carrier, Declared, Flow, Use
from hardener.analysis.secretflow.suspects import AT_SECRET_PLACES
from hardener.analysis.steps import Step
from hardener.dockerfile.assignments import Assignment, AssignmentError, parse_assignments
from hardener.dockerfile.expand import ExpansionError, find_substitutions
from hardener.dockerfile.images import base_stage
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.secrets.names import (
    is_public_by_design,
    is_secret_name,
    only_names_a_secret,
    readers_of,
    runs_code,
)
from hardener.secrets.values import is_placeholder, is_switch, logins_in, tokens_in

_WHOLE = re.compile(r"""["']?\$(?:(\w+)|\{(\w+)(?::?-[^}]*)?\})["']?""")
_STARTING = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK"})


def variable_flows(analysis: Analysis, passed: Mapping[str, bool]) -> list[Flow]:
    """The secrets that come in by ARG and ENV, in the order in which they first stand.

    `passed` has the build arguments that callers hand over.
    """
    reader = _Reader(analysis, passed)
    reader.read()
    return [flow for flow in reader.flows.values() if flow.declared]


class _Reader:
    """Walks over all stages with what each variable carries."""

    def __init__(self, analysis: Analysis, passed: Mapping[str, bool]) -> None:
        self.flows: dict[str, Flow] = {}
        self._analysis = analysis
        self._dockerfile: Dockerfile = analysis.dockerfile
        self._passed = passed
        # arguments with a stand-in for a secret that nobody is seen to replace
        self._stand_ins: dict[str, list[Declared]] = {}
        self._by_use = _names_at_secret_places(self._dockerfile)
        # the variables at the end of each stage, with the secrets they carry
        self._ends: dict[int, dict[str, dict[str, Carrier]]] = {}
        self._run: set[int] = {item.index for item in _runtime_stages(self._dockerfile)}

    def read(self) -> None:
        """Follow everything."""
        for instruction in self._dockerfile.preamble:
            if instruction.name == "ARG":
                for pair in pairs_of(self._dockerfile, instruction):
                    self._argument(instruction, None, pair, {})
        for stage in self._dockerfile.stages:
            self._stage(stage)

    def _stage(self, stage: Stage) -> None:
        below = base_stage(self._dockerfile, stage)
        carried = dict(self._ends[below.index]) if below is not None else {}
        for flow in self.flows.values():
            if _reads(stage.start, flow.name):
                flow.elsewhere.append(stage.start)
        for step in self._analysis.stage(stage).own_steps:
            instruction = step.instruction
            if instruction.name == "ARG":
                for pair in pairs_of(self._dockerfile, instruction):
                    self._argument(instruction, stage, pair, carried)
            elif instruction.name == "ENV":
                for pair in pairs_of(self._dockerfile, instruction):
                    self._environment(instruction, stage, pair, carried)
            elif instruction.name == "RUN":
                self._use(step, carried)
            else:
                self._other(instruction, carried)
        self._ends[stage.index] = carried

    def _argument(
        self,
        instruction: Instruction,
        stage: Stage | None,
        pair: Assignment,
        carried: dict[str, dict[str, Carrier]],
    ) -> None:
        name = pair.name
        if self._pass_on(instruction, stage, pair, carried):
            return
        known = name in self.flows
        named = is_secret_name(name) or name in self._by_use
        value = pair.value
        held = value is not None and _holds(name, value, named)
        if not (named or held or known):
            return
        handed = name in self._passed
        if value is not None and not held and not handed and not is_switch(value) and not known:
            # a stand-in that nobody replaces: SECRET_KEY_BASE=dummy
            self._stand_ins.setdefault(name, []).append(Declared(instruction, stage, pair))
            return
        flow = self._flow(name)
        flow.declared += [item for item in self._stand_ins.pop(name, ()) if item.stage is None]
        flow.passed = True
        flow.leaked = flow.leaked or held
        if value is not None and is_switch(value):
            flow.optional = True
            flow.default = value.strip("'\"")
        if not is_secret_name(name) and not flow.why:
            flow.why = "by where it is used" if name in self._by_use else "by its value"
        flow.declared.append(Declared(instruction, stage, pair))
        carried[name] = {name: Carrier(name)}

    def _environment(
        self,
        instruction: Instruction,
        stage: Stage,
        pair: Assignment,
        carried: dict[str, dict[str, Carrier]],
    ) -> None:
        name, value = pair.name, pair.value or ""
        if self._pass_on(instruction, stage, pair, carried):
            return
        named = is_secret_name(name) or name in self._by_use
        held = _holds(name, value, named)
        whole = _WHOLE.fullmatch(value)
        passes_stand_in = whole is not None and (whole[1] or whole[2]) in self._stand_ins
        plain = named and ("$" not in value or passes_stand_in) and not is_switch(value)
        weak = plain and not held and stage.index in self._run
        if not held and not weak:
            carried.pop(name, None)
            return
        flow = self._flow(name)
        flow.leaked = flow.leaked or held
        flow.weak = flow.weak or weak
        if not is_secret_name(name) and not flow.why:
            flow.why = "by its value"
        self._declare(flow, Declared(instruction, stage, pair))
        carried[name] = {name: Carrier(name)}

    def _pass_on(
        self,
        instruction: Instruction,
        stage: Stage | None,
        pair: Assignment,
        carried: dict[str, dict[str, Carrier]],
    ) -> bool:
        """Whether the value is made of variables that carry secrets; then the name carries them."""
        if not pair.value or "$" not in pair.value:
            return False
        read = [
            name for name in _substituted(pair.value, self._dockerfile.escape) if name in carried
        ]
        if not read:
            return False
        whole = _WHOLE.fullmatch(pair.value)
        inside: dict[str, Carrier] = {}
        ids = tuple((name, self.flows[root].id) for name in read for root in carried[name])
        for name in read:
            for root, carrier in carried[name].items():
                if whole is not None and carrier.value is None:
                    inside[root] = Carrier(pair.name)
                else:
                    nested = carrier.value is not None
                    inside[root] = Carrier(pair.name, pair.value, ids, nested)
        for root in inside:
            self._declare(self.flows[root], Declared(instruction, stage, pair))
        carried[pair.name] = {**carried.get(pair.name, {}), **inside}
        return True

    def _declare(self, flow: Flow, declared: Declared) -> None:
        flow.declared.append(declared)
        if declared.keeps and declared.stage is not None and declared.stage.index in self._run:
            flow.held.append(declared)

    def _use(self, step: Step, carried: dict[str, dict[str, Carrier]]) -> None:
        code: RunCode | None = None
        roots: dict[str, list[Carrier]] = {}
        for carriers in carried.values():
            for root, carrier in carriers.items():
                roots.setdefault(root, []).append(carrier)
        for root, found in roots.items():
            code = code or RunCode(self._dockerfile, step)
            self.flows[root].uses.append(_use_of(code, tuple(found)))

    def _other(self, instruction: Instruction, carried: dict[str, dict[str, Carrier]]) -> None:
        for name, carriers in carried.items():
            if not _reads(instruction, name) and not self._writes(instruction, name):
                continue
            for root in carriers:
                flow = self.flows[root]
                if instruction.name in _STARTING:
                    if any(item.keeps for item in flow.declared):
                        flow.started.append(instruction)
                else:
                    flow.elsewhere.append(instruction)

    def _writes(self, instruction: Instruction, name: str) -> bool:
        """Whether a file that stands in a COPY or ADD has the variable's value put into it."""
        names = re.compile(rf"\$\{{?{re.escape(name)}\b")
        return any(
            heredoc.expand and names.search(heredoc.body.of(self._dockerfile.text)) is not None
            for heredoc in instruction.heredocs
        )

    def _flow(self, name: str) -> Flow:
        return self.flows.setdefault(name, Flow(name))


def _use_of(code: RunCode, carriers: tuple[Carrier, ...]) -> Use:
    named = tuple(item for item in carriers if code.mentions(item.name))
    itself = [item for item in named if code.sets_itself(item.name)]
    read = tuple(
        item
        for item in carriers
        if item not in named and readers_of(item.name).programs & code.programs
    )
    unread = code.script is None or not code.script.complete
    opened = unread or code.runs_scripts or bool(runs_code() & code.programs)
    return Use(
        code,
        carriers,
        tuple(item for item in named if item not in itself),
        read,
        opened,
        bool(itself),
    )


def _holds(name: str, value: str, named: bool) -> bool:
    """Whether a value is a secret itself; `named` says whether its name is that of one."""
    if "$" in value or is_switch(value) or only_names_a_secret(name):
        return False
    if named:
        return not is_placeholder(value)
    plain = value.strip("'\"")
    for start, end in logins_in(plain):
        user, colon, password = plain[start:end].partition(":")
        if colon and password != user and not is_placeholder(password):
            return True
    return any(True for _ in tokens_in(plain))


def pairs_of(dockerfile: Dockerfile, instruction: Instruction) -> Iterable[Assignment]:
    """The names and values of an ARG or ENV; none where no build accepts it."""
    try:
        return parse_assignments(
            instruction.value, instruction=instruction.name, escape=dockerfile.escape
        )
    except AssignmentError:
        return ()


def _substituted(word: str, escape: str) -> list[str]:
    try:
        return [item.name for item in find_substitutions(word, escape=escape)]
    except ExpansionError:
        return []


def _reads(instruction: Instruction, name: str) -> bool:
    return bool(re.search(rf"\$\{{?{re.escape(name)}\b", instruction.logical.text))


def _names_at_secret_places(dockerfile: Dockerfile) -> frozenset[str]:
    """Arguments whose own name doesn't say that they are secrets, but whose place does."""
    if "$" not in dockerfile.text:
        return frozenset()
    return frozenset(_placed(dockerfile))


def _placed(dockerfile: Dockerfile) -> Iterator[str]:
    for instruction in dockerfile.instructions:
        if instruction.name in ("RUN", "ENV", "ARG"):
            text = instruction.span.end
            for match in AT_SECRET_PLACES.finditer(dockerfile.text, instruction.span.start, text):
                name = next(group for group in match.groups() if group)
                if not re.search(r"(?i)user|login$|owner$|version|url$", name):
                    yield name
        if instruction.name == "ENV":
            for pair in pairs_of(dockerfile, instruction):
                whole = _WHOLE.fullmatch(pair.value or "")
                secret = is_secret_name(pair.name) and not is_public_by_design(pair.name)
                if whole is not None and secret:
                    yield whole[1] or whole[2]


def _runtime_stages(dockerfile: Dockerfile) -> Iterator[Stage]:
    """The stages that a container of the final one has its variables from."""
    stage: Stage | None = dockerfile.stages[-1] if dockerfile.stages else None
    while stage is not None:
        yield stage
        stage = base_stage(dockerfile, stage)
