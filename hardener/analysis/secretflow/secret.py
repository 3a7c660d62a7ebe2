"""One secret that comes in by a variable, with all that its guards and its rewrite ask about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.analysis import Analysis
from hardener.analysis.secretflow.demand import Mentions, is_guessed, needed
from hardener.analysis.secretflow.model import Carrier, Flow, Use
from hardener.analysis.secretflow.plan import Plans
from hardener.analysis.secretflow.rewrite import Rewriter, is_simple
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import base_stage
from hardener.dockerfile.nodes import Instruction
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Usage
from hardener.secrets.names import is_public_by_design, readers_of


@dataclass(frozen=True)
class VariableSecret:
    """A flow, and what surrounds it.

    Attributes:
        flow: where the secret comes from and what may read it.
        analysis: of the Dockerfile.
        mentions: where the build context names variables.
        rewriter: makes the edits.
        usage: who builds and runs the images.
    """

    flow: Flow
    analysis: Analysis
    mentions: Mentions
    rewriter: Rewriter
    usage: Usage

    @property
    def anchor(self) -> Instruction:
        """The instruction that brings the secret in: in a stage where there is one."""
        declared = self.flow.declared
        inside = [item for item in declared if item.stage is not None]
        return (inside or declared)[0].instruction

    @cached_property
    def needed(self) -> list[tuple[Use, tuple[Carrier, ...]]]:
        """The RUNs that need it, each with the variables to hand it over in."""
        return needed(self.flow, self.mentions)

    @cached_property
    def optional(self) -> bool:
        """Whether every RUN that reads it goes on without it, or none is seen to read it."""
        names = {item.pair.name for item in self.flow.declared}
        if self.flow.optional or is_guessed(self.flow, self.mentions):
            return True
        return bool(self.needed) and all(
            any(use.code.is_optional(name) for name in names) for use, _ in self.needed
        )

    # --- guards: what is met, None where nothing is ---

    def is_public(self) -> str | None:
        """A framework hands the value to every browser."""
        return self.flow.name if is_public_by_design(self.flow.name) else None

    def is_read_elsewhere(self) -> str | None:
        """An instruction that takes no mount reads it."""
        for instruction in self.flow.elsewhere:
            return f"{instruction.name} in line {instruction.first_line}"
        return None

    def is_for_children(self) -> str | None:
        """ONBUILD hands it to the images that are built on this one."""
        for stage in self.analysis.dockerfile.stages:
            for instruction in stage.instructions:
                inner = instruction.inner
                if inner is not None and self.flow.name in inner.logical.text:
                    return f"line {instruction.first_line}"
        return None

    def is_windows(self) -> str | None:
        """A RUN of Windows reads it, where secret mounts don't work."""
        for use, _ in self.needed:
            shell = use.code.step.shell
            model = self.analysis.stage(use.code.step.stage)
            windows = model.facts is not None and model.facts.family == "windows"
            if windows or (shell and shell[0].lower().endswith(("cmd", "cmd.exe"))):
                return f"line {use.code.instruction.first_line}"
        return None

    def shell_is_foreign(self) -> str | None:
        """Code for another shell than sh would have to read the file of the secret."""
        for use, carriers in self.needed:
            composed = any(item.value for item in carriers)
            if use.code.form == "foreign" and (self.rewriter.style == "file" or composed):
                return f"line {use.code.instruction.first_line}"
        return None

    def has_no_shell(self) -> str | None:
        """A RUN in exec form would have to read the file of the secret."""
        for use, carriers in self.needed:
            composed = any(item.value for item in carriers)
            if use.code.form == "exec" and (self.rewriter.style == "file" or composed):
                return f"line {use.code.instruction.first_line}"
        return None

    def is_not_understood(self) -> str | None:
        """Code that can't be read as a whole would have to be changed."""
        for use, carriers in self.needed:
            script = use.code.script
            written = self.rewriter.style == "file" or any(item.value for item in carriers)
            if written and script is not None and not script.complete:
                return f"line {use.code.instruction.first_line}, {script.problem}"
        return None

    def is_composed(self) -> str | None:
        """A value around the secret can't be written for a shell."""
        for use, carriers in self.needed:
            for carrier in carriers:
                if carrier.nested or (carrier.value and not is_simple(carrier.value)):
                    return f"{carrier.name} in line {use.code.instruction.first_line}"
        return None

    def starts_with_it(self) -> str | None:
        """What the container starts reads the variable."""
        for instruction in self.flow.started:
            if self.flow.held and not self.is_handed_over_by_callers:
                return f"{instruction.name} in line {instruction.first_line}"
        return None

    def is_default(self) -> str | None:
        """Every container starts with the stand-in that the file holds."""
        flow = self.flow
        if not flow.weak or flow.leaked or self.is_handed_over_by_callers:
            return None
        return flow.held[0].pair.name if flow.held else None

    def is_for_run_time(self) -> str | None:
        """The container has the variable, and no RUN needs it."""
        if self.is_handed_over_by_callers or self.needed or not self.flow.held:
            return None
        return self.flow.held[0].pair.name

    def may_be_needed_at_run_time(self) -> str | None:
        """The container has the variable, and nothing shows that only the build needs it."""
        if self.is_handed_over_by_callers:
            return None
        for held in self.flow.held:
            name = held.pair.name
            if not readers_of(name).build:
                return name
            model = self.analysis.stage(self.analysis.dockerfile.stages[-1])
            for launch in (model.entrypoint, model.command):
                words = " ".join(launch.words or (launch.code or "",)) if launch else ""
                if readers_of(name).programs & set(words.split()):
                    return name
            for path in self.mentions.of(name):
                if path.endswith((".js", ".ts", ".py", ".rb", ".go", ".php", ".java", ".mjs")):
                    return f"{name}, which {path} names,"
        return None

    def is_kept(self) -> str | None:
        """A RUN writes it down where the image keeps it, and that can't be undone there."""
        return self._plans.refusal

    @cached_property
    def _plans(self) -> Plans:
        return Plans(self.analysis, self.flow, self.needed)

    @cached_property
    def is_handed_over_by_callers(self) -> bool:
        """Whether every container is started by a caller at hand, which can hand the secret over.

        That is so for a value that stands in ENV and that no RUN needs.
        """
        runs = self.usage.runs
        if self.needed or self.flow.passed or not self.flow.held or not runs:
            return False
        return all(
            run.form == "compose"
            and not run.env_files
            and not {"environment", "command"} & set(run.unclear)
            for run in runs
        )

    # --- the rewrite ---

    @property
    def readers(self) -> list[Instruction]:
        """The RUNs that get the secret, in order."""
        plans = sorted(self._plans.of.items())
        return [
            plan.code.instruction
            for _, plan in plans
            if plan.agent or (plan.carriers and not plan.spared)
        ]

    def edits(self) -> Iterator[Edit]:
        """Mounts for the RUNs that need the secret; ARG and ENV go."""
        yield from self.rewriter.without(self.flow.declared)
        for plan in self._plans.of.values():
            yield from plan.edits(
                self.rewriter,
                self.flow.id,
                required=not self.optional,
                default=self.flow.default,
            )
        if self.needed:
            yield from self.rewriter.comments(self.flow.name, self.build_flag)

    @property
    def build_flag(self) -> str:
        """What `docker build` is given from now on."""
        if self.by_agent:
            return "--ssh default"
        return f"--secret id={self.flow.id},env={self.flow.name}"

    @property
    def by_agent(self) -> bool:
        """Whether an SSH agent stands in for it."""
        return self._plans.by_agent

    @property
    def handovers(self) -> tuple[Handover, ...]:
        """What callers hand over from now on."""
        if self.is_handed_over_by_callers:
            names = dict.fromkeys(item.pair.name for item in self.flow.held)
            return tuple(Handover("environment", name, env=name) for name in names)
        return (self._handover,) if self.needed else ()

    @property
    def _handover(self) -> Handover:
        stages = {
            (plan.code.step.stage.name or str(plan.code.step.stage.index)): None
            for plan in self._plans.of.values()
            if plan.agent or (plan.carriers and not plan.spared)
        }
        whole = len(self.analysis.dockerfile.stages) == 1
        if self.by_agent:
            return Handover(
                "ssh", "default", arg=self.flow.name, stages=() if whole else tuple(stages)
            )
        return Handover(
            "secret",
            self.flow.id,
            arg=self.flow.name if self.flow.passed else None,
            env=self.flow.name,
            stages=() if whole else tuple(stages),
            optional=self.optional,
        )


def reaches_final(analysis: Analysis, index: int) -> bool:
    """Whether the final stage is built on the stage of that number, or is it."""
    stage = analysis.dockerfile.stages[-1]
    while stage is not None:
        if stage.index == index:
            return True
        below = base_stage(analysis.dockerfile, stage)
        if below is None:
            return False
        stage = below
    return False
