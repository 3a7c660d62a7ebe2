"""run-as-nonroot: the container runs as an unprivileged user, and goes on working.

What it does
    The final stage, and each that a caller builds by its name, ends with a user other than root:
    the one that the file makes or that the base image brings for it (`node`, `nginx`, `www-data`,
    `app`, `nonroot`), else one that is made, by the means of the distribution: groupadd and
    useradd, addgroup and adduser on Alpine and BusyBox, a number alone where there is no shell.
    USER is written as a number, the name in the comment above. What the program writes is given to
    that user, and no more: volumes, folders made for data, and what the sources in the build
    context, the framework, or a known server write. Code stays root's. Where the sources aren't at
    hand, or write at a place that can't be told, the application's own folder is given to it.

Why
    Root in the container is root on the kernel: what breaks out of a program that runs as root has
    the host's files, devices and Docker socket before it, and inside it can change the program
    itself. Kubernetes' `restricted` policy refuses such a container.
    Source: CIS Docker Benchmark 4.1 (create a user for the container); OWASP Docker Security Cheat
    Sheet, rule 2; Docker docs, "Building best practices", USER; hadolint DL3002.

Before and after
    -EXPOSE 8000
    +RUN groupadd --system --gid 10001 app \\
    +    && useradd --system --uid 10001 --gid app --no-log-init --create-home … app \\
    +    && chown 10001:10001 /app
    +
    +# app, by number: Kubernetes' runAsNonRoot can't check names
    +USER 10001:10001
    +
    +EXPOSE 8000

When it is left alone, with advice
    - the entrypoint, or a script that it runs, leaves root by itself (gosu, su-exec, setpriv …), or
      changes owners, makes accounts, installs software; so do the images of databases;
    - it starts several programs, or one that needs root, or one that the project didn't build and
      whose needs aren't known here;
    - a script or configuration that says what is run isn't in the build context;
    - nothing is run: a toolbox, a base for other images (ONBUILD too), a development stage;
    - the user is a build argument, or the base image is unknown and may have one already (online
      its registry is asked what it sets);
    - what the program needs is in root's home folder, or belongs to root and has to be written,
      or a caller mounts what it writes from the host;
    - a caller starts it as root, or with privileges (capabilities, devices, the Docker socket);
      GitHub runs it as a Docker action; another stage is built on the one that a caller names.
    A port below 1024 is no obstacle: Docker since 20.10 lets every user bind it. With Podman and in
    Kubernetes set the sysctl net.ipv4.ip_unprivileged_port_start to 0, or take a higher port.

How to turn it off
    # harden: ignore[run-as-nonroot] reason      above USER, else ENTRYPOINT, else CMD, else FROM
    skip = ["run-as-nonroot"]                     in harden.toml or [tool.harden]
    run-as = "10001:10001"                        the number of a user that is made
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from hardener.analysis.analysis import Analysis
from hardener.analysis.choice import Chosen, is_root
from hardener.analysis.container import Container
from hardener.analysis.grants import Grants
from hardener.analysis.handover import Handover
from hardener.analysis.obstacles import (
    base_drops_privileges,
    base_is_unknown,
    configuration_is_unseen,
    family_is_unknown,
    has_no_shell_to_hand_over,
    installs_for_root,
    is_action,
    is_asked_to_be_root,
    is_base_for_others,
    is_built_upon,
    is_closed_by_chmod,
    is_for_development,
    is_given_privileges,
    is_only_for_development,
    makes_several_users,
    needs_root_home,
    shell_is_not_posix,
    sources_need_root,
    start_is_unknown,
    starts_nothing,
    starts_nothing_known,
    user_is_argument,
    user_is_variable,
    windows_is_unsure,
    works_on_mounts,
    would_own_the_system,
    writes_to_the_host,
)
from hardener.analysis.signs import Kind
from hardener.dockerfile.nodes import Stage
from hardener.transforms.base_facts import analysis_of, config_asked, unrecorded_base
from hardener.transforms.model import Advice, Asked, Change, Finding, Subject, Transform


@dataclass(frozen=True, slots=True)
class _Guard:
    """A reason to leave the user alone.

    `met` says what holds the change off, None where nothing does; `reason` and `way_out` are told
    then, with `{met}` and `{user}` (what USER would say) filled in.
    """

    met: Callable[[Container], str | None]
    reason: str
    way_out: str


def _signs(*kinds: Kind) -> Callable[[Container], str | None]:
    return lambda container: container.sign(*kinds)


GUARDS = (
    _Guard(
        user_is_argument,
        "the user is {met}, which the caller of the build decides",
        "Give the argument a default other than root, such as 10001:10001",
    ),
    _Guard(
        user_is_variable,
        "the user is {met}, a variable whose value isn't in the file",
        "Write the number in its place, so that the file says it",
    ),
    _Guard(
        base_is_unknown,
        "which user {met} sets isn't known here",
        "If it is root, write USER with a number other than 0 in front of CMD and ENTRYPOINT, and "
        "give that user what the program writes",
    ),
    _Guard(
        is_base_for_others,
        "ONBUILD ({met}) makes this a base for other images, whose instructions may need root",
        "Set USER in the images that are built on it, and document which",
    ),
    _Guard(
        is_action,
        "GitHub runs it as a Docker action ({met}), whose files in the workspace belong to root",
        "Keep it; GitHub asks Docker actions to do without USER",
    ),
    _Guard(
        is_asked_to_be_root,
        "{met} starts it as root on purpose",
        "If it does without, take `user` out there and write USER {user}",
    ),
    _Guard(
        is_only_for_development,
        "it is built for a development container ({met}), where people install software",
        "Set remoteUser there for the people who work in it",
    ),
    _Guard(
        is_built_upon,
        "a later stage ({met}) is built on it and may need root",
        "Write USER {user} at its end, and USER root at the start of that stage where it needs it",
    ),
    _Guard(
        base_drops_privileges,
        "the entrypoint of {met} starts as root to prepare its data, and leaves root by itself",
        "Nothing has to be done; where a policy forbids root, run it as that user from the start "
        "(docker run --user, runAsUser) with a volume that belongs to it",
    ),
    _Guard(
        is_for_development,
        "the stage {met} is for development, where people install software",
        "Build another stage for production, or write USER {user} at its end",
    ),
    _Guard(
        starts_nothing,
        "it starts no program of its own ({met}): a toolbox, or a base for other images",
        "Where it is run for something, write USER {user} at its end",
    ),
    _Guard(
        start_is_unknown,
        "what {met} starts isn't known here, nor whether that needs root",
        "If it doesn't, write USER {user} at the end, and give that user what is written",
    ),
    _Guard(
        works_on_mounts,
        "it works in {met}, where files get mounted whose owner isn't known",
        "Run it as their owner, docker run --user $(id -u):$(id -g); or write USER {user}, if it "
        "only reads them",
    ),
    _Guard(
        windows_is_unsure,
        "whether {met} works without the administrator can't be seen",
        "If it does, write USER ContainerUser at the end",
    ),
    _Guard(
        _signs("drops"),
        "it leaves root, or takes it on, by itself: {met}",
        "To have it unprivileged from the start, take that call out, write USER with that user's "
        "number, and give it what it writes with --chown",
    ),
    _Guard(
        _signs("accounts", "ownership"),
        "{met} changes what only root may change when the container starts",
        "Do it in a RUN instead, then write USER {user}",
    ),
    _Guard(
        _signs("supervisors"),
        "{met} starts several programs, each maybe as a user of its own",
        "Give each program its user there, or each a container; then write USER {user}",
    ),
    _Guard(
        _signs("root"),
        "{met} needs root, or a capability that other users don't get",
        "Grant it just that (docker run --cap-drop ALL --cap-add …), or take a replacement that "
        "does without, and write USER {user}",
    ),
    _Guard(
        _signs("daemons"),
        "{met} has a user and folders of its own, which its package or configuration sets",
        "Write USER with that user's number, once what it writes belongs to it",
    ),
    _Guard(
        _signs("installers"),
        "{met} installs software when the container starts",
        "Install it in a RUN instead, then write USER {user}",
    ),
    _Guard(
        _signs("development"),
        "{met} builds or caches beside the code when the container starts",
        "Build in a RUN and start what was built, then write USER {user}",
    ),
    _Guard(
        _signs("unseen"),
        "the container runs {met}, which isn't in the build context, so whether that needs root "
        "can't be seen",
        "If it doesn't, write USER {user} in front of CMD and ENTRYPOINT",
    ),
    _Guard(
        _signs("foreign"),
        "{met} isn't built from the sources at hand, and its needs aren't known here",
        "If it works for others than root, write USER {user} and give that user what it writes",
    ),
    _Guard(
        _signs("unknown"),
        "what the container starts can't be told: {met}",
        "If it doesn't need root, write USER {user} in front of CMD and ENTRYPOINT",
    ),
    _Guard(
        starts_nothing_known,
        "what the container starts can't be told",
        "If it doesn't need root, write USER {user} at the end",
    ),
    _Guard(
        shell_is_not_posix,
        "SHELL is {met}, in which no user is made here",
        "Make a user in that shell, and write USER with its number",
    ),
    _Guard(
        family_is_unknown,
        "how {met} makes users isn't known here",
        "Make one the way it does, and write USER with its number",
    ),
    _Guard(
        makes_several_users,
        "the file makes several users, {met}",
        "Write USER with the number of the one that is meant",
    ),
    _Guard(
        needs_root_home,
        "{met} is in root's home folder, which no other user may enter",
        "Put it elsewhere, such as /app or /opt, then write USER {user}",
    ),
    _Guard(
        is_closed_by_chmod,
        "only root may read or run {met}, as chmod leaves it",
        "Let others read and run it too (chmod 755), or chown it; then write USER {user}",
    ),
    _Guard(
        installs_for_root,
        "the file installs {met}, which is there for root",
        "If the container does without, take it out and write USER {user}",
    ),
    _Guard(
        sources_need_root,
        "the program needs root: {met}",
        "If it does without, write USER {user}",
    ),
    _Guard(
        is_given_privileges,
        "it is given {met}, which is there for root",
        "If it does without, take that out and write USER {user}",
    ),
    _Guard(
        configuration_is_unseen,
        "{met} isn't in the build context, so what the server writes can't be seen",
        "Let it write its pid and temporary files to /tmp, then write USER {user}",
    ),
    _Guard(
        would_own_the_system,
        "it writes {met}, which is the system's and stays root's",
        "Let it write elsewhere, such as /data or /var/lib/app, then write USER {user}",
    ),
    _Guard(
        writes_to_the_host,
        "it writes {met}, mounted from the host, where that belongs to someone else",
        "Use a named volume, or give that folder to {user} on the host; then write USER {user}",
    ),
    _Guard(
        has_no_shell_to_hand_over,
        "{met} has to belong to the user, and the image has no shell to run chown in",
        "Make it in an earlier stage and copy it with COPY --from=… --chown={user}, then write "
        "USER {user}",
    ),
)


def asks(subject: Subject) -> Iterator[Asked]:
    """The base images that aren't recorded, of stages where it matters what they set."""
    for stage in _started(subject):
        use = unrecorded_base(subject, stage)
        if use is None:
            continue
        container = _container(subject, analysis_of(subject), stage)
        if is_root(container.model.end.user, container.model) is not False:
            yield from config_asked(subject, use, container.anchor)


def look(subject: Subject) -> Iterator[Finding]:
    """The stages that containers are made of, where they end as root."""
    analysis = analysis_of(subject)
    for stage in _started(subject):
        container = _container(subject, analysis, stage)
        if is_root(container.model.end.user, container.model) is not False:
            yield _finding(container)


def _started(subject: Subject) -> list[Stage]:
    """The final stage, and those that callers build by name."""
    dockerfile = subject.dockerfile
    found = {stage.index: stage for stage in dockerfile.stages[-1:]}
    for target in subject.usage.targets:
        stage = dockerfile.stage_named(target)
        if stage is not None:
            found[stage.index] = stage
    return [found[index] for index in sorted(found)]


def _container(subject: Subject, analysis: Analysis, stage: Stage) -> Container:
    uid, _, gid = subject.settings.run_as.partition(":")
    new = (int(uid), int(gid or uid))
    usage = subject.usage.of_stage(stage, subject.dockerfile)
    return Container(analysis, analysis.stage(stage), new, usage)


def _finding(container: Container) -> Finding:
    for guard in GUARDS:
        met = guard.met(container)
        if met is not None:
            return Advice(container.anchor, _advice(container, guard, " ".join(met.split())))
    return _change(container)


def _advice(container: Container, guard: _Guard, met: str) -> str:
    sure = is_root(container.model.end.user, container.model)
    user = "ContainerUser" if container.windows else container.chosen.text
    words = {"met": met, "user": user}
    return (
        f"{'runs' if sure else 'may run'} as root: {guard.reason.format(**words)}. "
        f"{guard.way_out.format(**words)}"
    )


def _change(container: Container) -> Change:
    if container.windows:
        chosen = Chosen("ContainerUser", None, None, None, "base")
        handover = Handover(container.model, chosen, Grants(), None)
        return Change(container.anchor, "runs as ContainerUser", tuple(handover.edits()))
    grants = (
        container.grants if container.family != "none" else Grants(copies=container.grants.copies)
    )
    chosen = container.chosen
    if chosen.source == "new" and container.family == "none":
        chosen = replace(chosen, name=None, source="number")
    handover = Handover(container.model, chosen, grants, container.family)
    return Change(container.anchor, _reason(container, chosen, grants), tuple(handover.edits()))


def _reason(container: Container, chosen: Chosen, grants: Grants) -> str:
    """Who it runs as, where that user comes from, what it gets and why, and what of ports."""
    origin = {
        "earlier": "which the file switches to before",
        "file": "which the file makes",
        "base": f"which {container.image} brings",
        "new": "made here",
        "number": "a number alone, for want of a shell to make a user in",
    }[chosen.source]
    named = f"{chosen.name} ({chosen.text})" if chosen.name and chosen.numeric else chosen.text
    parts = [f"runs as {named} instead of root, {origin}"]
    if not chosen.numeric:
        parts.append("its number isn't known here, which Kubernetes' runAsNonRoot needs")
    handed = [f"{path} ({why})" for path, (why, _) in grants.folders.items()]
    handed += [f"{path} ({why})" for path, why in grants.files.items()]
    handed += [
        f"what line {copy.instruction.first_line} copies ({why})"
        for copy, why in grants.copies.values()
    ]
    if handed:
        parts.append("it gets " + ", ".join(handed))
    if any(why.lower().startswith("volume") for why, _ in grants.folders.values()):
        parts.append(f"a volume from before keeps its owner: chown it to {chosen.text} once")
    low = [port for port in container.model.ports if _is_low(port)]
    if low:
        parts.append(
            f"port {low[0]} needs Docker 20.10 or later; with Podman and in Kubernetes the sysctl "
            "net.ipv4.ip_unprivileged_port_start=0, or a port from 1024 up"
        )
    return "; ".join(parts)


def _is_low(port: str) -> bool:
    number = port.partition("/")[0].partition("-")[0]
    return number.isdecimal() and int(number) < 1024


TRANSFORM = Transform(
    name="run-as-nonroot",
    summary="Run the container as an unprivileged user that owns what it writes.",
    level="guarded",
    look=look,
    asks=asks,
    # the final stage and its base image may become others
    after=("pin-base-image", "split-stages"),
    changes=frozenset({"keywords", "instructions"}),
)
