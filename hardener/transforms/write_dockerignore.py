"""write-dockerignore: the build context holds what the build needs, and no secret.

What it does
    Looks at what really is in a build context, and writes an ignore file that keeps out what no
    image that is built with it needs: version control, secrets, dependencies and build output
    that a RUN makes again, caches, logs, and files of editors, CI and Docker. An ignore file that
    is there stays as it is, byte for byte; what it misses is added behind its last line.

Why
    COPY . puts into the image whatever lies in the folder that day: the history with every
    password ever committed, the .env of whoever runs the build, packages built for another
    system. It also makes every build slow, and throws away its cache.
    Source: Docker docs, "Building best practices", Exclude with .dockerignore, and "Build
    context"; OWASP Docker Security Cheat Sheet, rule 12 (secrets); CIS Docker Benchmark 4.10
    (secrets are not stored in Dockerfiles and images).

Before and after
    +# Version control
    +.git
    +
    +# Dependencies: the image installs its own
    +node_modules

When it is left alone
    Every file that a COPY, an ADD or a bind mount names stays, and so does everything in a
    folder that one names, but for what nobody wants there, such as .git or __pycache__. Of the
    rest, with the reason:
    - .git, where a RUN, the build tool or the program reads it: setuptools_scm, git describe,
      go build with -buildvcs or a program that asks for its build info;
    - node_modules, vendor, .venv, target, dist and the like, where no RUN of the stage that gets
      them makes them again;
    - .env, where something loads it: dotenv, a framework, compose's env_file;
    - keys and credentials whose name, folder or ending stands in any file;
    - logs, databases, reports and build output that git tracks: they belong to the project.
      README and LICENSE always stay.
    A pattern is written only if no other file that is there now would go missing by it, and not
    behind a ! line that it would change. A variable that isn't known may name anything. Nothing is
    written where a caller builds a Dockerfile with the context that isn't looked at (one from
    standard input or in a compose file), and a new file only where there is something to keep out
    of what a COPY, an ADD or a bind mount takes.

How to turn it off
    skip = ["write-dockerignore"]                  in harden.toml or [tool.harden]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from hardener.analysis.intake import Intake, Source
from hardener.analysis.needs import Needs
from hardener.analysis.usual import usual
from hardener.dockerfile.edits import Edit
from hardener.project.contents import Contents, ContextTooLargeError, Found, survey
from hardener.project.covering import Covering, Line, cover
from hardener.project.ignorable import ignorable
from hardener.project.overlap import relations, segments
from hardener.project.weight import difference
from hardener.templating import filled
from hardener.transforms.model import FileAdvice, FileChange, Surroundings, Transform

_TEMPLATE = "dockerignore/sections.j2"
_MOST_NAMED = 4

Guard = Callable[[Needs, Found], str | None]
"""Why something is needed; None where it is seen not to be."""

# what the guards of data/ignorable.toml are
GUARDS: dict[str, Guard] = {
    "history": lambda needs, item: needs.history(item),
    "environment": lambda needs, item: needs.environment(item),
    "unmentioned": lambda needs, item: needs.mention(item),
    "restored": lambda needs, item: needs.unremade(item, item.kind.tools),
    "replaced": lambda needs, item: needs.unreplaced(item),
    "unused": lambda needs, item: needs.javascript(item),
    "local": lambda needs, item: _belongs_to_project(needs, item),
    "migrated": lambda needs, _: needs.unmigrated(),
    "folder_stays": lambda needs, item: needs.empties_folder(item),
    "advised": lambda _, __: "",
}


def _belongs_to_project(needs: Needs, item: Found) -> str | None:
    local = needs.is_local(item)
    if local is None:
        return needs.mention(item)
    return None if local else "git tracks it or doesn't ignore it: it belongs to the project"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Something that stays in the context, and why; `told` where a person is to hear of it.

    `way_out` is what to do about it where that isn't to add it to the ignore file.
    """

    item: Found
    why: str
    told: bool
    way_out: str = ""


def look_around(surroundings: Surroundings) -> Iterator[FileChange | FileAdvice]:
    """What the ignore file of a context misses, and what has to be left to a person."""
    try:
        yield from list(_findings(surroundings))
    except ContextTooLargeError as error:
        yield FileAdvice(1, error.message)


def _findings(surroundings: Surroundings) -> Iterator[FileChange | FileAdvice]:
    contents = survey(surroundings.context)
    for folder, reason in contents.problems:
        yield FileAdvice(
            1,
            f"{folder} in the build context can't be read: {reason}; Docker's build fails on it. "
            "Make it readable, or write it into the ignore file",
        )
    if not contents.ecosystems and not any(item.kind.weighty for item in contents.found):
        return
    intake = Intake([(placed.name, placed.dockerfile) for placed in surroundings.dockerfiles])
    needs = Needs(contents, intake)
    fresh = surroundings.ignore_text is None
    if fresh and not intake.sources:
        # BuildKit sends only what an instruction takes (Docker docs, BuildKit, Overview)
        return
    unneeded, kept = _judged(needs, [*contents.found, *usual(needs, fresh=fresh)])
    covering = _covering(needs, surroundings, unneeded, kept)
    lines = covering.lines if _is_worth_it(needs, surroundings, covering.lines) else ()
    if lines and surroundings.unseen:
        yield _unseen(surroundings, lines)
    elif lines:
        yield _change(surroundings, contents, lines)
    left = [_Kept(item, why, item.there, way_out) for item, why, way_out in covering.left]
    yield from _advice(surroundings, [*kept, *left])


def _judged(needs: Needs, items: Sequence[Found]) -> tuple[list[Found], list[_Kept]]:
    """What no image needs, and what stays."""
    unneeded, kept = [], []
    for item in items:
        found = _why_needed(needs, item)
        if found is None:
            unneeded.append(item)
        else:
            kept.append(found)
    return unneeded, kept


def _why_needed(needs: Needs, item: Found) -> _Kept | None:
    namer = needs.namer(item)
    if namer is not None:
        why = f"{namer.where} may mean it by {namer.written}"
        return _Kept(item, why, told=not namer.known and _is_told(needs, item))
    takers = needs.takers(item)
    if not takers:
        worth_it = item.kind.weighty and (item.there or item.kind.never)
        return None if worth_it else _Kept(item, "", told=False)
    folder = next((source for source in takers if not source.whole), None)
    if folder is not None and not item.kind.never:
        why = f"{folder.where} copies the folder that it is in, {folder.written}"
        return _Kept(item, why, told=_is_told(needs, item))
    for alternatives in item.kind.guards:
        reasons = [GUARDS[guard](needs, item) for guard in alternatives]
        if None not in reasons:
            return _Kept(item, reasons[0] or "", told=_is_told(needs, item))
    return None


def _is_told(needs: Needs, item: Found) -> bool:
    """Not of what was committed on purpose, it seems, and not of what isn't there."""
    deliberate = needs.is_local(item) is False
    history = item.kind.section == "history"
    return item.there and (item.kind.secret or history or not deliberate)


def _covering(
    needs: Needs, surroundings: Surroundings, unneeded: Sequence[Found], kept: Sequence[_Kept]
) -> Covering:
    contents = needs.contents
    staying = [path for path, _ in contents.files]
    for item in (found.item for found in kept):
        if item.there:
            staying += [path for path, _ in contents.inside(item)]
    one_each = {(source.paths, source.known): source for source in needs.sources}.values()
    files_only = {source: _names_files(surroundings, source) for source in one_each}

    @cache
    def refusal(pattern: str, folder: bool, never: bool) -> str | None:
        added = segments(pattern)
        for source in one_each:
            if not source.known and never:
                continue
            for path in source.paths:
                found = relations(added, path) if path else frozenset()
                if ("covers" if folder else "equal") in found:
                    return f"{source.where} may name it"
                if "inside" in found and not never and not files_only[source]:
                    return f"{source.where} may copy the folder that it is in"
        return None

    def refuses(pattern: str, item: Found) -> str | None:
        return refusal(pattern, item.folder, item.kind.never)

    return cover(unneeded, staying, refuses, surroundings.context.ignore)


def _names_files(surroundings: Surroundings, source: Source) -> bool:
    """Whether a source names files that are there, so that nothing can be inside of it."""
    context = surroundings.context
    if not source.known or source.whole:
        return False
    found = context.sources("/".join(source.paths[0]))
    return bool(found) and all(context.kind(path) == "file" for path in found)


def _is_worth_it(needs: Needs, surroundings: Surroundings, lines: Sequence[Line]) -> bool:
    """Whether there is something to keep out that is worth a change."""
    items = [item for line in lines for item in line.items]
    if any(item.there and item.kind.weighty for item in items):
        return True
    if surroundings.ignore_text is not None:
        return any(item.kind.essential or item.kind.secret for item in items)
    whole = any(source.whole for source in needs.intake.sources)
    docker = any(item.there and item.kind.section == "docker" for item in items)
    return whole and docker and bool(needs.contents.ecosystems)


def _unseen(surroundings: Surroundings, lines: Sequence[Line]) -> FileAdvice:
    there = [line.pattern for line in lines if any(item.there for item in line.items)]
    more = f" and {len(there) - _MOST_NAMED} more" if len(there) > _MOST_NAMED else ""
    return FileAdvice(
        1,
        f"{', '.join(there[:_MOST_NAMED])}{more} could be kept out of the build context. Not "
        f"changed: another build uses it whose COPYs aren't looked at ({surroundings.unseen[0]}). "
        f"Write them to {surroundings.ignore_path.name} if that one does without",
    )


def _change(surroundings: Surroundings, contents: Contents, lines: Sequence[Line]) -> FileChange:
    text = surroundings.ignore_text or ""
    block = filled(_TEMPLATE, sections=_sections(lines))
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    if text:
        block = ("" if text.endswith(("\n\n", "\n\r\n")) else "\n") + block
        if not text.endswith("\n"):
            block = "\n" + block.removesuffix("\n")
    edit = Edit(len(text), len(text), block.replace("\n", newline))
    out = [item for line in lines for item in line.items if item.there]
    return FileChange(text.count("\n") + 1, difference(contents, out), (edit,))


def _sections(lines: Sequence[Line]) -> list[dict[str, str | list[str]]]:
    """The lines by their sections, in the order of both."""
    found: list[dict[str, str | list[str]]] = []
    for key, comment in ignorable().sections:
        patterns = [line.pattern for line in lines if line.items[0].kind.section == key]
        if patterns:
            found.append({"comment": comment, "patterns": patterns})
    return found


def _advice(surroundings: Surroundings, kept: Sequence[_Kept]) -> Iterator[FileAdvice]:
    """One piece of advice for all things of a kind that stay for the same reason."""
    groups: dict[tuple[int, str, str], list[Found]] = {}
    for found in kept:
        if found.told and found.item.kind.advice:
            key = found.item.kind.number, found.why, found.way_out
            groups.setdefault(key, []).append(found.item)
    add_it = f"Add it to {surroundings.ignore_path.name} if the image works without it"
    for (_, why, way_out), items in groups.items():
        paths = [item.path for item in items[:_MOST_NAMED]]
        more = f" and {len(items) - len(paths)} more" if len(items) > len(paths) else ""
        told = f"{', '.join(paths)}{more}: {items[0].kind.advice}"
        if why:
            told += f"; not kept out, because {why}. {way_out or add_it}"
        yield FileAdvice(1, told)


TRANSFORM = Transform(
    name="write-dockerignore",
    summary="Keep out of the build context what no image needs, secrets first.",
    level="safe",
    look_around=look_around,
)
