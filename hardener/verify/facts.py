"""What is known of an image and of a container that ran it; plain facts, judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileFact:
    """One path in an image.

    `kind` is tar's: "file", "folder", "link" (symbolic), "other". `mode` holds the permission
    bits with setuid, setgid and sticky; `size` is in bytes.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in an image where a secret was found: the secret's id and where, in words."""

    secret: str
    place: str


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The parts of an image's config that decide how a container runs.

    Source of the names: OCI image-spec, config.md; Healthcheck, Shell and OnBuild: moby's
    image/spec/specs-go/v1.
    """

    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_folder: str = ""
    ports: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = ""
    healthcheck: tuple[str, ...] = ()
    shell: tuple[str, ...] = ()
    on_build: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image as it was saved.

    Attributes:
        config: how it runs.
        history: what each instruction was, oldest first.
        layers: how many there are.
        size: bytes of all layers, unpacked.
        files: every path of the final image, without the leading slash.
        sightings: where secrets were found.
        unread: layers that couldn't be looked into, and why.
    """

    config: ImageConfig
    history: tuple[str, ...]
    layers: int
    size: int
    files: Mapping[str, FileFact]
    sightings: tuple[Sighting, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a probe; `failure` is set where nothing did.

    `body` is at most 1 MiB; `status` is HTTP's.
    """

    status: int | None
    content_type: str
    body: bytes
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was seen of one container.

    Attributes:
        running: it was still up when the watching ended.
        exit_code: of process 1; None while it's running or where the engine can't say.
        seconds: how long it was seen to be up.
        output: the last of what it printed, both streams.
        uid: effective user id of process 1, None where nothing could tell.
        uid_from: who said so, e.g. "the kernel", "the image".
        uids: of all its processes.
        ports: what it listened on, as "8080/tcp", or "8080/tcp on loopback" where it can't be
            reached from outside; None where nothing could tell.
        ready: it became ready (port, probe) in time.
        health: the healthcheck's last word: "healthy", "unhealthy", "starting" or None.
        answers: one for each probe.
        written: for each path that has to be written, whether it's there and isn't empty.
        stopped: why it was stopped from outside: a sentence, or empty.
        never_started: why the engine couldn't start it, or empty.
    """

    running: bool
    exit_code: int | None
    seconds: float
    output: bytes
    uid: int | None = None
    uid_from: str = ""
    uids: tuple[int, ...] = ()
    ports: frozenset[str] | None = None
    ready: bool = True
    health: str | None = None
    answers: tuple[Answer, ...] = ()
    written: Mapping[str, bool] = field(default_factory=dict)
    stopped: str = ""
    never_started: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared, as far as it got.

    Attributes:
        build_error: why it didn't build; None where it did.
        image: None where it didn't build.
        run: None where it wasn't run; `run_error` says why.
        commands: one for each command that was to be run in it.
    """

    build_error: str | None = None
    image: ImageFacts | None = None
    run: RunFacts | None = None
    run_error: str = ""
    commands: tuple[RunFacts, ...] = ()
