"""Whether a stage makes a folder itself that it also gets from the build context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardener.analysis.calls import Call
from hardener.analysis.intake import Intake, Place, unwrapped
from hardener.analysis.paths import below, is_below, joined, name_of
from hardener.analysis.steps import Copied
from hardener.project.context import ROOT
from hardener.project.ignorable import Tool, ignorable


@dataclass(frozen=True, slots=True)
class Wanted:
    """A folder of the context.

    Attributes:
        name: its last name, or its last names.
        parent: the folder of the context that it stands in.
        workspaces: the folders of the context that speak for packages below them.
        alone: whether `parent` is the only folder that such commands can mean.
    """

    name: str
    parent: str
    workspaces: frozenset[str]
    alone: bool


class Remaking:
    """What the stages of the Dockerfiles of a context make."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._calls: dict[tuple[Place, Tool], tuple[Call, ...]] = {}
        self._made: dict[tuple[Place, Wanted, str | None, tuple[Tool, ...]], bool] = {}

    def makes(
        self, place: Place, wanted: Wanted, parent: str | None, tools: tuple[Tool, ...]
    ) -> bool:
        """Whether a stage, one that it is built on, or one that it copies from makes a folder.

        Args:
            place: the stage.
            parent: where the parent of the folder stands in the image; None where it isn't known.
            tools: whose commands make it.
        """
        key = place, wanted, parent, tools
        if key not in self._made:
            self._made[key] = False
            self._made[key] = self._makes(place, wanted, parent, tools)
        return self._made[key]

    def _makes(
        self, place: Place, wanted: Wanted, parent: str | None, tools: tuple[Tool, ...]
    ) -> bool:
        for tool in tools:
            for call in self.calls(place, tool):
                if _works_for(call, tool, wanted, parent) and not self._is_partial(
                    place, call, tool
                ):
                    return True
        for copy in self._intake.copies(place):
            for source in _sources(copy, wanted, parent):
                if copy.stage is None:
                    return True
                earlier = Place(place.file, copy.stage.index)
                folder = source[: -len(wanted.name) - 1] or "/"
                if self.makes(earlier, wanted, folder, tools):
                    return True
        return False

    def calls(self, place: Place, tool: Tool) -> tuple[Call, ...]:
        """The commands of a stage, and of those it is built on, that are ones of the tool.

        One that the RUN may come to its end without counts only if the RUN has another one to
        choose: `if [ -f yarn.lock ]; then yarn; else npm ci; fi`.
        """
        key = place, tool
        if key not in self._calls:
            programs = sorted({words.split()[0] for words in tool.calls})
            found: list[Call] = []
            for _, run in self._intake.runs(place, *programs):
                calls = [call for call in run.calls if _is_call(call, tool)]
                found += [call for call in calls if not call.conditional or len(calls) > 1]
            self._calls[key] = tuple(found)
        return self._calls[key]

    def _is_partial(self, place: Place, call: Call, tool: Tool) -> bool:
        """Whether it leaves out what another command would miss."""
        if tool.completes is None or not any(_has(call, option) for option in tool.partial):
            return False
        return bool(self.calls(place, ignorable().tools[tool.completes]))


def _sources(copy: Copied, wanted: Wanted, parent: str | None) -> Iterator[str]:
    """The paths that a COPY --from may bring the folder from."""
    for source in copy.sources:
        path = None if source is None else joined("/", source)
        if path is None:
            continue
        if copy.target is None or parent is None:
            if name_of(path) == name_of(wanted.name):
                yield path
            continue
        rest = below(joined(parent, wanted.name) or "", copy.target)
        if rest is not None:
            found = f"{path.rstrip('/')}/{rest}" if rest else path
            if found.endswith(f"/{wanted.name}"):
                yield found


def _works_for(call: Call, tool: Tool, wanted: Wanted, parent: str | None) -> bool:
    """Whether the command makes the folder in `parent`, a path of the image."""
    if tool.reach == "anywhere":
        return True
    folder: str | None = call.folder
    option = call.option(*tool.folders) if tool.folders else None
    if option is not None:
        folder = joined(folder, option)
    if folder is None or parent is None:
        return wanted.alone
    if folder == parent:
        return True
    if tool.reach == "here" or not is_below(parent, folder):
        return False
    if tool.reach == "below":
        return True
    between = parent[len(folder) :].strip("/").count("/") + 1
    names = [] if wanted.parent == ROOT else wanted.parent.split("/")
    return ("/".join(names[:-between]) or ROOT) in wanted.workspaces and len(names) >= between


def _is_call(call: Call, tool: Tool) -> bool:
    found = unwrapped(call)
    if found is None or any(_has(call, option) for option in tool.void):
        return False
    name, args = found
    known = Call((name, *args)).operands(*tool.folders, *tool.values)
    operands = [word.rstrip(",") for word in known]
    if not operands or (not tool.alone and name in tool.calls):
        return name in tool.calls
    verbs = operands[:1] if tool.alone else operands
    verb = next((word for word in verbs if f"{name} {word}" in tool.calls), None)
    if verb is not None:
        if tool.alone:
            return len(operands) == 1
        return tool.script is None or not _runs_script(verb) or _is_script(operands, tool.script)
    return any(f"{name} {verbs[0]} {word}" in tool.calls for word in args)


def _runs_script(verb: str) -> bool:
    return verb in ("run", "run-script")


def _is_script(operands: Sequence[str], script: str) -> bool:
    return any(word == script or word.startswith(f"{script}:") for word in operands[1:])


def _has(call: Call, option: str) -> bool:
    return any(word == option or (word or "").startswith(f"{option}=") for word in call.args)
