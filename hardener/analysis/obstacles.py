"""What can stand in the way of running a container as another user than root.

Each function looks for one thing, and tells what it met, None where there is nothing.
"""

from __future__ import annotations

from hardener.analysis.choice import candidates, is_root
from hardener.analysis.container import Container
from hardener.analysis.family import shows_root
from hardener.analysis.grants import application_folder
from hardener.analysis.homes import left_in_root_home
from hardener.analysis.knowledge import names
from hardener.analysis.owners import closed, given
from hardener.analysis.paths import is_below, name_of
from hardener.analysis.servers import unseen_configuration
from hardener.analysis.steps import speaks_posix
from hardener.analysis.supply import installed_packages
from hardener.dockerfile.expand import find_substitutions
from hardener.dockerfile.images import base_stage
from hardener.project.callers.model import Mount

_DEVELOPMENT_STAGES = frozenset(
    {"dev", "devel", "develop", "development", "devcontainer", "debug", "test", "tests", "testing"}
    | {"ci", "lint", "e2e"}
)
# where tools are documented to look for what is mounted
_MOUNTS = frozenset(
    {"io", "work", "workspace", "workdir", "mnt", "src", "data", "repo", "project", "code", "app"}
    | {"files", "input", "output", "host", "apps", "github"}
)
_WINDOWS_RUNTIMES = frozenset({"dotnet", "java", "node", "python"})


def user_is_argument(container: Container) -> str | None:
    """USER names a variable whose value the caller of the build decides."""
    user = container.model.end.user
    decided = user.text is None or is_root(user, container.model)
    return user.written if _names_argument(container, user.written) and decided else None


def user_is_variable(container: Container) -> str | None:
    """USER names a variable that the base image would have to set."""
    user = container.model.end.user
    return user.written if "$" in user.written and user.text is None else None


def _names_argument(container: Container, word: str) -> bool:
    arguments = {
        name.partition("=")[0]
        for step in container.model.steps
        if step.instruction.name == "ARG"
        for name in step.instruction.value.split()
    }
    return any(item.name in arguments for item in find_substitutions(word))


def base_is_unknown(container: Container) -> str | None:
    """Nothing says which user the base image sets."""
    unknown = container.model.end.user.text is None and not shows_root(container.model)
    return container.image if unknown else None


def is_base_for_others(container: Container) -> str | None:
    """ONBUILD: the instructions that need root may be those of other files."""
    for instruction in container.stage.instructions:
        if instruction.name == "ONBUILD":
            return f"line {instruction.first_line}"
    return None


def base_drops_privileges(container: Container) -> str | None:
    """The entrypoint of the base image is kept, and leaves root by itself."""
    facts = container.model.facts
    drop = facts.drops_privileges if facts is not None else None
    if not drop or drop.scope != "process":
        return None
    kept = container.model.entrypoint is None or container.model.entrypoint.instruction is None
    return f"{container.image} ({drop.by.split()[0]}, user {drop.to})" if kept else None


def is_for_development(container: Container) -> str | None:
    """The stage's name says that people work in it."""
    parts = (container.stage.name or "").replace("_", "-").split("-")
    return container.stage.name if not _DEVELOPMENT_STAGES.isdisjoint(parts) else None


def starts_nothing(container: Container) -> str | None:
    """Neither the file nor the base image starts a program, or what is started is a prompt."""
    if container.model.entrypoint is None and container.model.command is None:
        known = container.model.entrypoint_known and container.model.command_known
        return "no ENTRYPOINT and no CMD" if known or container.model.facts else None
    return container.sign("shells", "placeholders") if not container.start.programs else None


def starts_nothing_known(container: Container) -> str | None:
    """Nothing that was met is a program."""
    return "" if not container.start.programs and not container.windows else None


def works_on_mounts(container: Container) -> str | None:
    """A tool that is started in an empty folder: someone's files get mounted there."""
    model = container.model
    folder = model.end.folder
    set_here = any(step.instruction.name == "WORKDIR" for step in model.own_steps)
    if folder is None or not set_here or model.ports:
        return None
    filled = any(copy.target and is_below(copy.target, folder) for copy in model.copies)
    filled = filled or any(call.folder == folder for call in model.calls())
    own = all(program.kind == "own" for program in container.start.programs)
    return folder if own and not filled and name_of(folder) in _MOUNTS else None


def start_is_unknown(container: Container) -> str | None:
    """What is started stands in a base image that isn't known."""
    model = container.model
    if model.entrypoint is None and not model.entrypoint_known and model.facts is None:
        return container.image
    return None


def family_is_unknown(container: Container) -> str | None:
    """A user has to be made, and nothing says how."""
    unknown = container.chosen.source == "new" and container.family is None
    return container.image if unknown else None


def makes_several_users(container: Container) -> str | None:
    """The file makes more than one user, and uses none."""
    names = [account.name for account in candidates(container.model)]
    several = len(names) > 1 and container.chosen.source == "file"
    return " and ".join(names) if several else None


def needs_root_home(container: Container) -> str | None:
    return next(left_in_root_home(container.analysis, container.model, container.start), None)


def installs_for_root(container: Container) -> str | None:
    """A package that is there to be used by root, or to leave root."""
    met = installed_packages(container.model) & names("packages", "for_root.names")
    return min(met, default=None)


def is_closed_by_chmod(container: Container) -> str | None:
    """A RUN that keeps others than the owner from what the program runs or works with."""
    model, chosen = container.model, container.chosen
    top = application_folder(model, container.start.programs)
    codes = [program.code for program in container.start.programs if program.code]
    for item in closed(model):
        concerns = any(is_below(code, item.path) for code in codes)
        if not concerns and (top is None or not is_below(item.path, top)):
            continue
        later = [
            other
            for other in given(model)
            if other.place >= item.place and chosen.is_meant_by(other.owner)
        ]
        if not any(is_below(item.path, other.path) for other in later):
            return f"{item.path} (line {item.instruction.first_line})"
    return None


def sources_need_root(container: Container) -> str | None:
    return next(iter(container.evidence.needs), None)


def is_action(container: Container) -> str | None:
    """GitHub runs it as a Docker action, whose files in the workspace belong to root.

    Source: docs.github.com/actions/reference/workflows-and-actions/dockerfile-support (USER).
    """
    usage = container.usage
    return next((usage.where(build) for build in usage.builds if build.form == "action"), None)


def is_only_for_development(container: Container) -> str | None:
    """Nothing builds it but the configuration of a development container."""
    builds = container.usage.builds
    forms = {build.form for build in builds}
    return container.usage.where(builds[0]) if forms == {"devcontainer"} else None


def is_built_upon(container: Container) -> str | None:
    """A stage further down is built on it, and may need root there."""
    dockerfile = container.analysis.dockerfile
    for stage in dockerfile.stages[container.stage.index + 1 :]:
        if base_stage(dockerfile, stage) is container.stage:
            return f"line {stage.start.first_line}"
    return None


def is_asked_to_be_root(container: Container) -> str | None:
    """A caller starts the container as root whatever the image says."""
    for run in container.usage.runs:
        user = run.user.known if run.user is not None else None
        if user is not None and user.partition(":")[0] in ("root", "0"):
            return container.usage.where(run)
    return None


def is_given_privileges(container: Container) -> str | None:
    """A caller gives the container what only root makes use of."""
    for run in container.usage.runs:
        given = [
            *(["privileged"] if run.privileged else []),
            *(f"the capability {name}" for name in run.cap_add),
            *(f"the device {device}" for device in run.devices),
            *([f"the processes of {run.pid}"] if run.pid else []),
            *("the Docker socket" for mount in run.mounts if _is_socket(mount)),
        ]
        if given:
            return f"{given[0]} ({container.usage.where(run)})"
    return None


def _is_socket(mount: Mount) -> bool:
    return mount.target.endswith(("docker.sock", "podman.sock", "containerd.sock"))


def writes_to_the_host(container: Container) -> str | None:
    """What the user has to write is mounted from the host, where it belongs to someone else."""
    for run in container.usage.runs:
        for mount in run.mounts:
            if mount.kind != "bind" or mount.read_only:
                continue
            for path in container.grants.paths:
                if is_below(path, mount.target) or is_below(mount.target, path):
                    place = f"{mount.source} at {mount.target}" if mount.source else mount.target
                    return f"{place} ({container.usage.where(run)})"
    return None


def configuration_is_unseen(container: Container) -> str | None:
    return unseen_configuration(container.analysis, container.model, container.start)


def would_own_the_system(container: Container) -> str | None:
    for path, reason in container.grants.refused.items():
        return f"{path} ({reason})"
    return None


def has_no_shell_to_hand_over(container: Container) -> str | None:
    """Something has to belong to the user, and the image has no shell to run chown."""
    grants = container.grants
    if container.family != "none" or not (grants.folders or grants.files):
        return None
    if container.evidence.state == "unseen" and not container.model.volumes:
        return None
    return next(iter(grants.paths))


def shell_is_not_posix(container: Container) -> str | None:
    """A RUN has to be written, and SHELL is none that reads it."""
    shell, grants = container.model.end.shell, container.grants
    if container.chosen.source != "new" and not grants.folders and not grants.files:
        return None
    return " ".join(shell or ()) if not container.windows and not speaks_posix(shell) else None


def windows_is_unsure(container: Container) -> str | None:
    """On Windows only a runtime in exec form is known to do without the administrator."""
    if not container.windows:
        return None
    launch = container.model.entrypoint or container.model.command
    words = launch.words if launch is not None else None
    program = words[0].replace("\\", "/").rpartition("/")[2].lower() if words else ""
    plain = program.removesuffix(".exe") in _WINDOWS_RUNTIMES
    return None if plain else (program or "a command in shell form")
