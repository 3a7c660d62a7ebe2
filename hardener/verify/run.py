"""Starts a container, waits until it's ready, asks it, watches it, and takes it away."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from hardener.verify.engine import Container, DiskGuard, Engine, RunOrder, State, removing
from hardener.verify.facts import Answer, ImageFacts, RunFacts
from hardener.verify.kernel import effective_uid, listening, uids_of_namespace
from hardener.verify.probe import Probe, Way
from hardener.verify.recipe import RunRecipe

_POLL_SECONDS = 0.15
_DISK_EVERY_SECONDS = 1.0
_OUTPUT_BYTES = 64 * 1024
# Bad Gateway, Service Unavailable, Gateway Timeout (RFC 9110, 15.6)
_NOT_YET = frozenset({502, 503, 504})
# 128 + SIGXFSZ, the signal for writing past the limit of a file's size (setrlimit(2))
_FILE_TOO_LARGE = 153


@dataclass(frozen=True, slots=True)
class Watch:
    """How long and how closely a container is watched.

    Attributes:
        up_for: seconds that it has to stay up once it's ready.
        ends_within: seconds in which it has to end, where it's meant to.
        memory: bytes. disk: bytes that it may write.
        network: as for `--network`.
    """

    up_for: float = 5.0
    ends_within: float = 120.0
    memory: int = 1 << 30
    disk: int = 1 << 30
    processes: int = 512
    network: str = "none"


@dataclass(frozen=True, slots=True)
class Task:
    """One container to start and watch.

    Attributes:
        tag, image: the image and what is known of it.
        recipe: what is expected of it.
        probes: asked in this order once it's ready.
        ends: it's meant to end by itself.
        wanted_ports: it isn't ready before it listens on these ("8080/tcp").
        environment_file: for the container, or None.
        other_tag, other_image: an image whose programs may carry probes.
    """

    tag: str
    image: ImageFacts
    recipe: RunRecipe
    probes: tuple[Probe, ...] = ()
    ends: bool = False
    wanted_ports: frozenset[str] = frozenset()
    environment_file: Path | None = None
    other_tag: str = ""
    other_files: Collection[str] = ()


def observe(engine: Engine, task: Task, watch: Watch, guard: DiskGuard) -> RunFacts:
    """Run a container to the end of watching and say what was seen; it's always taken away.

    `guard` is called now and then; what it raises ends the run.

    Raises:
        EngineError: the engine can't run it, or went away.
        UnreachableError: a probe has no way to reach it.
    """
    published = () if watch.network in ("none", "host") else _ports_to_publish(task)
    order = RunOrder(
        command=task.recipe.command,
        environment_file=task.environment_file,
        network=watch.network,
        memory=watch.memory,
        processes=watch.processes,
        disk=watch.disk,
        publish=published,
        has_healthcheck=task.image.config.healthcheck[:1] not in ((), ("NONE",)),
    )
    with removing(engine.start(task.tag, order)) as container:
        return _Observation(engine, container, task, watch, guard).facts()


def _ports_to_publish(task: Task) -> tuple[int, ...]:
    return tuple(sorted({probe.port for probe in task.probes}))


@dataclass(slots=True)
class _Observation:
    """What is gathered about one container while it runs."""

    engine: Engine
    container: Container
    task: Task
    watch: Watch
    guard: DiskGuard
    began: float = field(default_factory=time.monotonic)
    last_disk: float = field(default_factory=time.monotonic)
    uid: int | None = None
    uid_from: str = ""
    uids: tuple[int, ...] = ()
    ports: frozenset[str] | None = None
    stopped: str = ""
    health: str | None = None
    answers: list[Answer] = field(default_factory=list)

    def facts(self) -> RunFacts:
        if self.task.ends:
            state, ready = self._until_end(), True
        else:
            ready, state = self._until_ready()
            if state.running and not self.stopped:
                self._ask(state)
                state = self._while_up()
        seconds = time.monotonic() - self.began
        if self.uid is None:
            self._declared_uid()
        written = {path: bool(self.container.holds(path)) for path in self.task.recipe.writes}
        self.stopped = self.stopped or self._stopped_by_limit(state)
        return RunFacts(
            running=state.running,
            exit_code=state.exit_code,
            seconds=seconds,
            output=self.container.output()[-_OUTPUT_BYTES:],
            uid=self.uid,
            uid_from=self.uid_from,
            uids=self.uids,
            ports=self.ports,
            ready=ready,
            health=self.health,
            answers=tuple(self.answers),
            written=written,
            stopped=self.stopped,
            never_started="" if state.running else state.error,
        )

    def _until_end(self) -> State:
        deadline = self.began + self.watch.ends_within
        while (state := self._look()).running and not self.stopped:
            if time.monotonic() > deadline:
                self._stop(f"it was still running after {self.watch.ends_within:g} s")
        return state if not self.stopped else self.container.state()

    def _until_ready(self) -> tuple[bool, State]:
        deadline = self.began + self.task.recipe.ready_within
        while (state := self._look()).running and not self.stopped:
            if self._is_ready(state):
                return True, state
            if time.monotonic() > deadline:
                return False, state
        return False, state

    def _is_ready(self, state: State) -> bool:
        if state.health == "starting":
            return False
        ports = self.ports
        if ports is not None:
            reachable = {port.split()[0] for port in ports}
            wanted = {port.split()[0] for port in self.task.wanted_ports}
            if self.task.recipe.port is not None:
                wanted.add(f"{self.task.recipe.port}/tcp")
            if not wanted <= reachable:
                return False
        if self.task.probes and (
            ports is None or f"{self.task.probes[0].port}/tcp" not in {p.split()[0] for p in ports}
        ):
            answer = self._way().ask(Probe(self.task.probes[0].port), state)
            return not answer.failure
        return True

    def _ask(self, state: State) -> None:
        """Ask every probe; a server that is still loading is asked again."""
        way = self._way()
        deadline = self.began + self.task.recipe.ready_within
        for probe in self.task.probes:
            answer = way.ask(probe, state)
            while (
                (answer.failure or answer.status in _NOT_YET)
                and answer.status != probe.status
                and time.monotonic() < deadline
                and self._look().running
            ):
                answer = way.ask(probe, state)
            self.answers.append(answer)

    def _while_up(self) -> State:
        deadline = time.monotonic() + self.watch.up_for
        while (state := self._look()).running and not self.stopped:
            if time.monotonic() > deadline:
                self._check_disk()
                break
        return state

    def _look(self) -> State:
        """One look at the container: its state, uids, ports, disk."""
        time.sleep(_POLL_SECONDS)
        state = self.container.state()
        self.health = state.health or self.health
        if not state.running:
            return state
        if state.pid is not None:
            uid = effective_uid(state.pid)
            if uid is not None:
                self.uid, self.uid_from = uid, "the kernel"
                self.uids = uids_of_namespace(state.pid) or (uid,)
            self.ports = listening(state.pid) if self.watch.network != "host" else None
        elif self.uid is None and (uids := self.container.user_ids()):
            self.uid, self.uid_from, self.uids = uids[0], "the engine", tuple(sorted(set(uids)))
        if time.monotonic() - self.last_disk > _DISK_EVERY_SECONDS:
            self._check_disk()
        return state

    def _check_disk(self) -> None:
        self.last_disk = time.monotonic()
        self.guard()
        written = self.container.written()
        if written is not None and written > self.watch.disk:
            self._stop(
                f"it wrote {written >> 20} MiB, more than the {self.watch.disk >> 20} MiB it may"
            )

    def _stop(self, why: str) -> None:
        self.stopped = why
        self.container.stop()

    def _stopped_by_limit(self, state: State) -> str:
        if state.out_of_memory:
            return f"it needed more than {self.watch.memory >> 20} MiB of memory"
        if state.exit_code == _FILE_TOO_LARGE:
            return f"it wrote a file of more than the {self.watch.disk >> 20} MiB it may"
        return ""

    def _way(self) -> Way:
        return Way(
            self.engine,
            self.container,
            self.watch.network,
            self.task.image.files.keys(),
            self.task.other_tag,
            self.task.other_files,
        )

    def _declared_uid(self) -> None:
        """The uid that the image's config names, for a process that was gone too soon."""
        self.uid = declared_uid(self.task.image.config.user)
        self.uid_from = "the image" if self.uid is not None else ""


def declared_uid(user: str) -> int | None:
    """The uid that USER gives where it's a number or nothing; a name is known only inside."""
    name = user.partition(":")[0]
    if name in ("", "root"):
        return 0
    return int(name) if name.isascii() and name.isdigit() else None
