"""What callers say of the images they build and run, as far as it can be read from their files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from hardener.dockerfile.nodes import Dockerfile, Span, Stage
from hardener.dockerfile.reference import ImageReference
from hardener.errors import HardenError
from hardener.project.callers.names import ImageKey, builds_by_name, is_context_name, keys_of

Form: TypeAlias = Literal[
    "compose", "workflow", "action", "bake", "skaffold", "devcontainer", "task", "groovy", "command"
]
_Image: TypeAlias = tuple[Path | None, str | None]
MountKind: TypeAlias = Literal["bind", "volume", "tmpfs", "watch", "other"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a caller gives it. It may be a secret, and is in no repr.

    Attributes:
        written: as it stands in the file, quotes and escapes taken off; None where only a name is
            given, and the value comes from the environment of whoever builds or runs.
        known: the value; None where it depends on what the file doesn't say.
        default: what it is as long as nobody sets the variables it reads; None if that isn't known.
        variables: what it reads, names of variables or expressions.
        span: of the whole entry with its name; None where it doesn't stand in one piece.
    """

    written: str | None = field(repr=False)
    known: str | None = field(repr=False)
    default: str | None = field(repr=False)
    variables: tuple[str, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret handed to a build: its id, and the variable or file that it comes from.

    `id` is None where it isn't known. Neither `env` nor `file` is set where the caller doesn't say
    where it comes from, or where it is given as a value.
    """

    id: str | None
    env: str | None = None
    file: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """One build of an image, as a caller describes it.

    Paths lie below the root given to `find_callers`. Offsets are characters of the caller's text,
    decoded as UTF-8 with surrogateescape, a BOM counted.

    Attributes:
        caller: the file that says so.
        line: where it says so, from 1.
        service: the compose service, bake target, workflow job or image by whose name it goes.
        program: what a command calls: docker, podman, buildah …; "" for an unknown engine.
        context: the folder of the build context; None if it isn't known or is no folder here.
        dockerfile: None if it isn't known or isn't in this repository.
        target: the stage that is built; None for the last one (or see `unclear`).
        args: the build arguments by name.
        contexts: the additional contexts by name, as written.
        tags: the names that the image gets.
        elsewhere: why it builds none of this repository's Dockerfiles; "" if it may.
        unclear: what can't be relied on (the name of an attribute, or "command" for all of it),
            with the reason. An attribute named here may still have a value: what it is by default.
        spans: where parts of it stand, by name: "build", "context", "dockerfile", "target",
            "args", "secrets", of a command "called" (the program with its subcommand); only those
            that stand in one piece in the caller.
    """

    caller: Path
    line: int
    form: Form
    service: str | None = None
    program: str = ""
    context: Path | None = None
    dockerfile: Path | None = None
    target: str | None = None
    args: Mapping[str, Value] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    ssh: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    contexts: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    elsewhere: str = ""
    unclear: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mount:
    """Something mounted in a container at `target`.

    Attributes:
        kind: `watch` is a folder that compose keeps in step with one of the working tree.
        source: as written; a path, or the name of a volume; "" for none.
        path: what a bind mount shows, if that is something in this repository.
    """

    kind: MountKind
    source: str
    target: str
    read_only: bool = False
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One container that a caller starts.

    Attributes:
        build: the build of its image in the same caller, where there is one.
        command, entrypoint: in place of the image's, as words; None to keep that.
        user: as given, `name`, `uid` or `uid:gid`; None for the image's.
        environment: by name.
        secrets: the names of the secrets it is given at run time.
        ports: as written, `8080:80` and the like.
        healthcheck: what tells whether it is well, as words behind `CMD`, `CMD-SHELL` or `NONE`;
            None where the image's is kept.
        devices: of the machine it runs on, as written.
        pid: the process namespace it joins, as written; None for its own.
        unclear: as for a build.
    """

    caller: Path
    line: int
    form: Form
    service: str | None = None
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    user: Value | None = None
    working_dir: str | None = None
    mounts: tuple[Mount, ...] = ()
    environment: Mapping[str, Value] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] | None = None
    cap_add: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    pid: str | None = None
    privileged: bool = False
    read_only: bool = False
    unclear: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)

    @property
    def binds(self) -> tuple[Mount, ...]:
        """The mounts that show a file or folder of the machine it runs on."""
        return tuple(mount for mount in self.mounts if mount.kind == "bind")


@dataclass(frozen=True, slots=True)
class Usage:
    """How the images of one Dockerfile are built and run, as far as callers say it.

    Attributes:
        builds: the builds of the Dockerfile.
        runs: the runs of images that these builds make: in the same service, or of an image that
            one of them is given the name of.
        root: the folder that callers are shown relative to.
        named: all builds of the repository by the names they give their images.
    """

    builds: tuple[Build, ...] = ()
    runs: tuple[Run, ...] = ()
    root: Path = Path()
    named: Mapping[ImageKey, tuple[Build, ...]] = field(default_factory=dict, repr=False)

    @property
    def contexts(self) -> tuple[Path, ...]:
        """The build contexts that builds name for sure, each once."""
        known = (build for build in self.builds if "context" not in build.unclear)
        return tuple(dict.fromkeys(build.context for build in known if build.context is not None))

    @property
    def context(self) -> Path | None:
        """The build context, if all builds that name a known one agree."""
        return self.contexts[0] if len(self.contexts) == 1 else None

    @property
    def targets(self) -> tuple[str, ...]:
        """The stages that builds name, each once; with `unclear` for those that name one which
        isn't known."""
        return _once(build.target for build in self.builds if build.target)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that builds name, each once, as written."""
        return _once(name for build in self.builds for name in build.platforms)

    def builds_stage(self, build: Build, stage: Stage, dockerfile: Dockerfile) -> bool:
        """Whether a build makes this stage of the Dockerfile, or may make it."""
        if "target" in build.unclear or "command" in build.unclear:
            return True
        if build.target is None:
            return stage is dockerfile.stages[-1]
        return dockerfile.stage_named(build.target) is stage

    def of_stage(self, stage: Stage, dockerfile: Dockerfile) -> Usage:
        """What is known of the images of one stage: its builds, and the runs of their images."""
        builds = tuple(one for one in self.builds if self.builds_stage(one, stage, dockerfile))
        tags = {_image(build.caller, tag) for build in builds for tag in build.tags}
        runs = tuple(
            run
            for run in self.runs
            if (
                _image(run.caller, run.image) in tags
                if run.build is None
                else self.builds_stage(run.build, stage, dockerfile)
            )
        )
        return Usage(builds, runs, self.root, self.named)

    def unclear(self, attribute: str) -> tuple[str, ...]:
        """Why an attribute (`target`, `args` …) isn't known for all builds, as
        `compose.yaml:12: it depends on $TARGET`; empty if it is."""
        return _once(
            f"{self.where(build)}: {build.unclear[key]}"
            for build in self.builds
            for key in (attribute, "command")
            if key in build.unclear
        )

    def maker_of(self, reference: ImageReference) -> Build | None:
        """The build that an image named in the Dockerfile comes from, so that no registry is asked
        for it; None where no caller says so.

        It is made by another build of the repository, or by one of this Dockerfile for an earlier
        stage (one for all of it can't be its own base), or is handed over as a named context.
        """
        for build in self.builds:
            if any(is_context_name(name, reference) for name in build.contexts):
                return build
        for key in keys_of(reference):
            for build in self.named.get(key, ()):
                if build.target or not any(build is own for own in self.builds):
                    return build
        return None

    def where(self, caller: Build | Run) -> str:
        """Where a build or run stands, as `compose.yaml:12`."""
        path = caller.caller
        shown = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return f"{shown.as_posix()}:{caller.line}"


@dataclass(frozen=True)
class Callers:
    """The builds and runs that the callers below `root` describe, sorted by caller and line.

    Attributes:
        problems: what couldn't be read, sorted by path; what it would have said isn't known.
    """

    root: Path
    builds: tuple[Build, ...] = ()
    runs: tuple[Run, ...] = ()
    problems: tuple[HardenError, ...] = ()

    def usage_of(self, dockerfile: Path) -> Usage:
        """How the Dockerfile at this path is used, symbolic links followed."""
        if not self.builds and not self.runs:
            return Usage(root=self.root)
        real = os.path.realpath(dockerfile)
        builds = self._by_dockerfile.get(real, ())
        tags = {_image(build.caller, tag) for build in builds for tag in build.tags}
        keys: list[str | _Image] = [real, *tags]
        numbers = {number for key in keys for number in self._runs_of.get(key, ())}
        runs = tuple(self.runs[number] for number in sorted(numbers))
        return Usage(builds, runs, self.root, self._by_name)

    @property
    def unplaced(self) -> tuple[Build, ...]:
        """The builds of which it isn't known what Dockerfile they are of; any may be meant."""
        return tuple(
            build for build in self.builds if build.dockerfile is None and not build.elsewhere
        )

    def elsewhere(self, context: Path) -> tuple[str, ...]:
        """The builds with this context whose Dockerfile isn't in this repository, each as
        `compose.yaml:12: its Dockerfile stands in the compose file itself`."""
        if not any(build.elsewhere for build in self.builds):
            return ()
        real = os.path.realpath(context)
        usage = Usage(root=self.root)
        return _once(
            f"{usage.where(build)}: {build.elsewhere}"
            for build in self.builds
            if build.elsewhere and build.context and os.path.realpath(build.context) == real
        )

    @cached_property
    def _by_name(self) -> Mapping[ImageKey, tuple[Build, ...]]:
        return builds_by_name(self.builds)

    @cached_property
    def _by_dockerfile(self) -> dict[str, tuple[Build, ...]]:
        found: dict[str, list[Build]] = {}
        for build in self.builds:
            path = _real(build)
            if path is not None:
                found.setdefault(path, []).append(build)
        return {path: tuple(builds) for path, builds in found.items()}

    @cached_property
    def _runs_of(self) -> dict[str | _Image | None, list[int]]:
        """The numbers of the runs, by the image that they name, else by the Dockerfile."""
        found: dict[str | _Image | None, list[int]] = {}
        for number, run in enumerate(self.runs):
            key = _image(run.caller, run.image) if run.build is None else _real(run.build)
            found.setdefault(key, []).append(number)
        return found


def _image(caller: Path, name: str | None) -> _Image:
    """An image's name; one with a variable in it means the same in one caller only."""
    return (caller if name is not None and "$" in name else None), name


def _real(build: Build) -> str | None:
    return None if build.dockerfile is None else os.path.realpath(build.dockerfile)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
