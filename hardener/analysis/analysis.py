"""One Dockerfile with its build context, read once for all that want to know something of it."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.paths import below, joined, name_of
from hardener.analysis.read import MoreFacts, read_stage
from hardener.analysis.stage import StageModel
from hardener.analysis.steps import Copied
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.project.context import BuildContext, inside

# more of a script isn't read
MOST_SCRIPT_BYTES = 128 * 1024
_MOST_STAGES = 20
# what ADD fetches (frontend/dockerfile/instructions/parse.go, isHTTPSource and isGitSource)
_ADDRESSES = ("http://", "https://", "git@", "git://", "ssh://", "github.com/")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file of an image comes from.

    Attributes:
        kind: `context`; `inline` for a here-document of COPY; `image` for another image; `url`
            for an ADD of one.
        copy: the instruction that puts it there, in the stage where it comes in.
        path: in the context, or in the other image; None where it can't be told.
        text: of an inline file.
        through: the stages it was copied through, from the last back.
    """

    kind: str
    copy: Copied
    path: str | None = None
    text: str | None = None
    through: tuple[Stage, ...] = ()

    @property
    def instruction(self) -> Instruction:
        """The COPY or ADD where it comes in."""
        return self.copy.instruction


class Analysis:
    """What is known of one Dockerfile; stages are read when they are asked for, and once.

    Args:
        dockerfile: the file.
        locate: finds its build context, once it is asked for; None where there is none at hand.
        more_facts: of base images that aren't recorded.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        locate: Callable[[], BuildContext | None] = lambda: None,
        more_facts: MoreFacts = lambda reference: None,
    ) -> None:
        self.dockerfile = dockerfile
        self._locate = locate
        self._more_facts = more_facts
        self._stages: dict[int, StageModel] = {}

    @cached_property
    def context(self) -> BuildContext | None:
        """The build context."""
        return self._locate()

    def stage(self, stage: Stage) -> StageModel:
        """The model of a stage."""
        if stage.index not in self._stages:
            self._stages[stage.index] = read_stage(self.dockerfile, stage, self._more_facts)
        return self._stages[stage.index]

    def holds(self, copy: Copied) -> bool | None:
        """Whether the context has all that a COPY names; None without a context."""
        if self.context is None:
            return None
        context = self.context
        return all(
            source is not None and (_is_address(source) or context.sources(source))
            for source in copy.sources
        )

    def origin(self, model: StageModel, path: str) -> Origin | None:
        """Where the file at `path` of the image comes from; None where no COPY puts it there."""
        return self._origin(model, path, ())

    def supplier(self, model: StageModel, path: str) -> tuple[Copied, bool] | None:
        """The COPY that puts `path` into the image, and whether that is sure: one that copies
        the whole folder may do it or not."""
        whole = None
        for copy in reversed(model.copies):
            rest = None if copy.target is None else below(path, copy.target)
            if rest is None:
                continue
            if not rest or rest in [name_of(item.rstrip("/")) for item in copy.sources if item]:
                return copy, True
            if copy.from_context and self.context is not None:
                if any(self._sources(copy, path)):
                    return copy, True
            elif copy.target != "/" and whole is None:
                whole = copy
        return None if whole is None else (whole, False)

    def _origin(self, model: StageModel, path: str, through: tuple[Stage, ...]) -> Origin | None:
        for copy in reversed(model.copies):
            for source in self._sources(copy, path):
                if isinstance(source, Origin):
                    return Origin(source.kind, copy, source.path, source.text, through)
                if copy.stage is None:
                    kind = "context" if copy.from_context else "image"
                    return Origin(kind, copy, source, None, through)
                if len(through) < _MOST_STAGES:
                    earlier = self.stage(copy.stage)
                    at = joined("/", source)
                    further = (*through, copy.stage)
                    found = None if at is None else self._origin(earlier, at, further)
                    if found is not None:
                        return found
        return None

    def _sources(self, copy: Copied, path: str) -> Iterator[str | Origin]:
        """What a COPY may put at `path`: paths of its sources, the likeliest first."""
        if copy.target is None:
            return
        rest = below(path, copy.target)
        if rest is None:
            return
        for name, text in copy.inline:
            if rest == (name if copy.into else ""):
                yield Origin("inline", copy, None, text)
        for source in copy.sources:
            if source is None:
                continue
            if _is_address(source):
                if rest in ("", name_of(source)):
                    yield Origin("url", copy, source)
            elif not copy.from_context:
                yield from _guesses(source, rest, copy.into)
            else:
                yield from self._in_context(source, rest, copy.into)

    def _in_context(self, source: str, rest: str, into: bool) -> Iterator[str]:
        if self.context is None:
            yield from _guesses(inside(source), rest, into)
            return
        for found in self.context.sources(source):
            if self.context.kind(found) == "folder":
                at = found if not rest else rest if found == "." else f"{found}/{rest}"
                if self.context.entry(at) is not None:
                    yield at
            elif rest == name_of(found) or (not rest and not into):
                yield found

    def places(self, model: StageModel, path: str) -> Iterator[str]:
        """Where in the image of a stage a file of the context comes to stand."""
        return self._places(model, path, 0)

    def _places(self, model: StageModel, path: str, depth: int) -> Iterator[str]:
        for copy in model.copies:
            if copy.target is None or self.context is None or copy.image:
                continue
            if copy.stage is not None and depth < _MOST_STAGES:
                for at in self._places(self.stage(copy.stage), path, depth + 1):
                    yield from _copied_on(copy, at)
            elif copy.stage is None:
                yield from self._copied_from_context(copy, path)

    def _copied_from_context(self, copy: Copied, path: str) -> Iterator[str]:
        context = self.context
        if context is None or copy.target is None:
            return
        for source in copy.sources:
            if source is None or _is_address(source):
                continue
            for found in context.sources(source):
                rest = below("/" + path, "/" if found == "." else "/" + found)
                if rest is None:
                    continue
                if context.kind(found) == "folder":
                    at = joined(copy.target, rest)
                else:
                    at = joined(copy.target, name_of(found)) if copy.into else copy.target
                if at is not None:
                    yield at

    def feeding(self, model: StageModel) -> tuple[StageModel, ...]:
        """The stage and all that it copies from, each once."""
        found: dict[int, StageModel] = {}
        waiting = [model]
        while waiting:
            current = waiting.pop()
            if current.stage.index in found:
                continue
            found[current.stage.index] = current
            waiting += [self.stage(copy.stage) for copy in current.copies if copy.stage]
        return tuple(found.values())

    def text(self, origin: Origin) -> str | None:
        """The text of a file whose origin is known; None where it isn't at hand."""
        if origin.text is not None:
            return origin.text
        content = self.head(origin, MOST_SCRIPT_BYTES)
        return None if content is None else content.decode("utf-8", "replace")

    def head(self, origin: Origin, most: int) -> bytes | None:
        """The first bytes of a file of the context."""
        if origin.kind != "context" or origin.path is None or self.context is None:
            return None
        return self.context.head(origin.path, most)

    def mode(self, path: str) -> int | None:
        """The permission bits of a file or folder of the context."""
        if self.context is None or (entry := self.context.entry(path)) is None:
            return None
        try:
            return modes.S_IMODE(os.lstat(self.context.folder / entry.path).st_mode)
        except OSError:
            return None


def fetches(copy: Copied) -> bool:
    """Whether an ADD fetches a file: it gets mode 0600 (docs.docker.com, Dockerfile reference,
    ADD), but for what Git brings."""
    return any(
        source.startswith(("http://", "https://")) and not source.endswith(".git")
        for source in copy.sources
        if source
    )


def _copied_on(copy: Copied, path: str) -> Iterator[str]:
    """Where a file of another stage comes to stand."""
    for source in copy.sources:
        folder = None if source is None else joined("/", source)
        rest = None if folder is None else below(path, folder)
        if rest is None or copy.target is None:
            continue
        if rest:
            yield joined(copy.target, rest) or copy.target
        else:
            yield f"{copy.target}/{name_of(path)}" if copy.into else copy.target


def _guesses(source: str, rest: str, into: bool) -> Iterator[str]:
    """What may stand at `rest` of the target when it isn't known whether `source` is a folder."""
    name = name_of(source.rstrip("/"))
    if rest == name and "*" not in name:
        # a file copied into a folder, more often than a folder in a folder of its name
        yield source
    elif rest and "/" not in rest and "*" in name:
        yield f"{source.rpartition('/')[0]}/{rest}".lstrip("/")
    elif not rest and not into:
        yield source
    if rest and "*" not in source:
        yield rest if source in (".", "/") else f"{source.rstrip('/')}/{rest}"


def _is_address(source: str) -> bool:
    return source.startswith(_ADDRESSES)
