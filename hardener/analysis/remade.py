"""Whether a stage makes a folder itself that it also gets from the build context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardener.analysis.calls import Call
from hardener.analysis.intake import Intake, Place, unwrapped
from hardener.analysis.paths import below, is_below, joined, name_of
from hardener.analysis.steps import Copied, Ran
from hardener.project.context import ROOT
from hardener.project.ignorable import Tool, ignorable

# stages that copy from each other, one after another
_MOST_STAGES = 20


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


def is_remade(
    intake: Intake, place: Place, wanted: Wanted, parent: str | None, tools: Sequence[Tool]
) -> bool:
    """Whether a stage, one that it is built on, or one that it copies from makes the folder.

    Args:
        place: the stage.
        parent: where the parent of the folder stands in the image; None where it isn't known.
        tools: whose commands make it.
    """
    return _is_remade(intake, place, wanted, parent, tools, _MOST_STAGES)


def calls_of_tools(intake: Intake, place: Place, tools: Sequence[Tool]) -> Iterator[Call]:
    """The commands of a stage, and of those it is built on, that are ones of the tools.

    One that the RUN may come to its end without counts only if the RUN has another one to choose:
    `if [ -f yarn.lock ]; then yarn; else npm ci; fi`.
    """
    programs = {words.split()[0] for tool in tools for words in tool.calls}
    for _, run in intake.runs(place, *sorted(programs)):
        found = [call for call in run.calls if any(_is_call(call, tool) for tool in tools)]
        yield from (call for call in found if not call.conditional or len(found) > 1)


def _is_remade(
    intake: Intake,
    place: Place,
    wanted: Wanted,
    parent: str | None,
    tools: Sequence[Tool],
    left: int,
) -> bool:
    for tool in tools:
        for call in calls_of_tools(intake, place, [tool]):
            if _works_for(call, tool, wanted, parent) and not _is_partial(
                intake, place, call, tool
            ):
                return True
    if left == 0:
        return False
    for copy in intake.copies(place):
        for source in _sources(copy, wanted, parent):
            if copy.stage is None:
                return True
            earlier = Place(place.file, copy.stage.index)
            folder = source[: -len(wanted.name) - 1] or "/"
            if _is_remade(intake, earlier, wanted, folder, tools, left - 1):
                return True
    return False


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


def _is_partial(intake: Intake, place: Place, call: Call, tool: Tool) -> bool:
    """Whether it leaves out what a later command would miss."""
    if tool.completes is None or not any(_has(call, option) for option in tool.partial):
        return False
    return any(calls_of_tools(intake, place, [ignorable().tools[tool.completes]]))


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


def starts(run: Ran, name: str) -> Iterator[Call]:
    """The calls of a program in a RUN."""
    return (call for call in run.calls if call.name == name)
