"""The `run:` steps of a workflow, and the variables that are to be set for them."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.edits import Edit
from hardener.errors import HardenError
from hardener.handover.sources import NotEditableError
from hardener.handover.yamlnodes import YamlText
from hardener.project.callers.tree import Entry, MappingNode, child, items, mapping, text_of
from hardener.project.callers.yamltree import read_yaml


class WorkflowSteps:
    """The steps of a workflow or composite action, to be asked by offsets.

    Source: docs.github.com/actions/reference/workflow-syntax (env, jobs.<job_id>.env,
    jobs.<job_id>.steps[*].env).
    """

    def __init__(self, text: str) -> None:
        try:
            documents = read_yaml(text)
        except HardenError:
            documents = ()
        top = next((node for node in documents if isinstance(node, MappingNode)), None)
        self._yaml = YamlText(text, top or MappingNode((), 0, 0))
        self._wanted: dict[int, dict[str, str]] = {}
        # each step with the mappings whose `env` holds for it, its own first
        self._steps: list[tuple[MappingNode, tuple[MappingNode, ...]]] = []
        if top is None:
            return
        jobs = mapping(top.get("jobs"))
        for entry in jobs.own if jobs is not None else ():
            job = mapping(entry.value)
            if job is not None:
                self._note(job, (job, top))
        runs = mapping(top.get("runs"))
        if runs is not None:
            self._note(runs, ())

    def _note(self, job: MappingNode, around: tuple[MappingNode, ...]) -> None:
        for step in items(job.get("steps")):
            if isinstance(step, MappingNode):
                self._steps.append((step, (step, *around)))

    def set(self, at: int, name: str, value: str) -> None:
        """Has a variable set for the step that a character stands in.

        Raises:
            NotEditableError: it is set to something else there, or the step can't be changed.
        """
        step, around = self._at(at)
        for one in around:
            found = child(one, "env", name)
            if found is not None:
                if text_of(found) != value:
                    raise NotEditableError(f"{name} is set to something else there")
                return
        env = step.entry("env")
        if env is not None and (
            not isinstance(env.value, MappingNode)
            or not env.value.own
            or self._yaml.is_flow(env.value)
            or self._yaml.is_alias(env.value)
        ):
            raise NotEditableError("its env is written in a way that isn't changed")
        wanted = self._wanted.setdefault(step.start, {})
        if wanted.setdefault(name, value) != value:
            raise NotEditableError(f"{name} is set to something else there")

    def _at(self, at: int) -> tuple[MappingNode, tuple[MappingNode, ...]]:
        for step, around in self._steps:
            if step.start <= at < step.end and not self._yaml.is_flow(step):
                return step, around
        raise NotEditableError("its step is written in a way that isn't changed")

    def edits(self) -> Iterator[Edit]:
        """The edits that set the variables."""
        for step, _ in self._steps:
            wanted = self._wanted.get(step.start)
            if wanted:
                yield self._set(step, wanted)

    def _set(self, step: MappingNode, wanted: dict[str, str]) -> Edit:
        lines = [f"{name}: {value}" for name, value in wanted.items()]
        env = step.entry("env")
        if env is not None:
            assert isinstance(env.value, MappingNode)
            return self._yaml.behind(env.value.own[-1], lines)
        indent = " " * self._yaml.unit
        return self._yaml.behind(
            self._before_run(step), ["env:", *(indent + line for line in lines)]
        )

    def _before_run(self, step: MappingNode) -> Entry:
        """The entry in front of `run`; `run` itself where it is the first."""
        run = next(index for index, one in enumerate(step.own) if one.key.text == "run")
        return step.own[max(0, run - 1)]
