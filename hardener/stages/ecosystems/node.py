"""Node.js programs: the sources are built and the tools for it taken out again, on a slim image."""

from __future__ import annotations

from collections.abc import Sequence

from hardener.analysis.paths import below, is_below, name_of, parent
from hardener.analysis.start import Program
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.node import (
    knowledge,
    known,
    read_code,
)
from hardener.project.ecosystems.node_lock import read_lock
from hardener.secrets.credentials import credential_named
from hardener.stages.candidate import Candidate
from hardener.stages.ecosystems import node_static
from hardener.stages.elsewhere import made_elsewhere
from hardener.stages.model import Base, Ecosystem, Needs, Package, Refusal
from hardener.stages.nodeapp import OF_NODE, App, artifacts_of, owner_of
from hardener.stages.nodejs import (
    Install,
    build_calls,
    global_installs,
    global_packages,
    installed_globally,
    installs,
    is_small,
    major_of,
    managers_at_start,
    packages_in,
    project_at,
    pruning,
    same_image,
    slim_image,
    words_at_start,
)
from hardener.stages.packages import installed, is_for_the_build, is_for_the_container
from hardener.stages.reads import tree_of
from hardener.stages.runtime import Tools, tools_of

_MOST_OF_NPMRC = 64 * 1024
# folders of the system, which aren't a program's own
_SYSTEM = frozenset(
    {"/", "/usr", "/usr/local", "/usr/bin", "/usr/lib", "/usr/local/bin", "/etc", "/var", "/bin",
     "/lib", "/root", "/sbin", "/usr/share", "/var/lib"}
)  # fmt: skip
_RUNTIME_PACKAGES = frozenset({"libc6-compat", "gcompat", "libstdc++", "libgcc", "openssl"})


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that builds; without one, the one that installs what only a build needs."""
    if candidate.model.facts is None or candidate.model.facts.name != "node":
        return None
    found = None
    for run, _, _ in build_calls(candidate):
        found = run.instruction
    if found is not None:
        return found
    installing = list(installs(candidate))
    if not installing:
        return None
    last = installing[-1]
    if candidate.container.sign("development") is not None:
        return last.run.instruction
    if not _is_node(candidate):
        return None
    if _compiles(candidate) or (_development(candidate, last) and not is_small(candidate)):
        return last.run.instruction
    return None


def _is_node(candidate: Candidate) -> bool:
    return any(program.kind in ("runtime", "server") for program in candidate.start.programs)


def _compiles(candidate: Candidate) -> bool:
    """Whether compilers are installed, for native addons."""
    return any(name in ("g++", "gcc", "build-essential", "build-base", "alpine-sdk")
               for _, name in installed(candidate))  # fmt: skip


def _development(candidate: Candidate, install: Install) -> bool:
    if install.production:
        return False
    if candidate.context is None:
        # it can't be seen that there are none
        return True
    found = project_at(candidate, install.folder)
    return found is not None and bool(found[0].development)


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folder of the program without its development dependencies, or what was built of it."""
    app = _app(candidate)
    if isinstance(app, Refusal):
        return app
    other = _started_by_caller(candidate)
    if other is not None:
        return Refusal("caller_uses_tools", other)
    installing = list(installs(candidate))
    own = [item for item in installing if item.folder == app.folder]
    install = next(reversed(own or installing), None)
    prune: tuple[str, ...] = ()
    if install is not None:
        line = _prune_line(candidate, app, install)
        if isinstance(line, Refusal):
            return line
        prune = line
    brought, repeated = _brought(candidate, app)
    if prune:
        used = _used_development(candidate, app, brought)
        if used is not None:
            return Refusal("development_dependency", used)
    tools = tools_of(candidate, app.program.code or "", without=brought)
    if isinstance(tools, Refusal):
        return _better(tools, app)
    missing = (managers_at_start(candidate, app.project) | _prefixes(candidate, app)) - brought
    for program in sorted(missing):
        return Refusal("unknown_program", program)
    base = _base(candidate, app)
    if isinstance(base, Refusal):
        return base
    packages = _packages(candidate, app, base, tools)
    if isinstance(packages, Refusal):
        return packages
    tree = tree_of(candidate)
    if tree is None:
        return Refusal("unseen_sources")
    artifacts = artifacts_of(candidate, app, tree, tools)
    if isinstance(artifacts, Refusal):
        return artifacts
    kept = [app.root, *(item.target for item in artifacts)]
    elsewhere = made_elsewhere(candidate, kept)
    if elsewhere is not None:
        return elsewhere
    shown = below(app.program.code or app.root, app.root) or app.program.name
    owner = owner_of(candidate, app.root)
    return Needs(
        f"the Node.js program {shown}",
        base,
        artifacts,
        packages,
        _VARIABLES,
        prune,
        # COPY --chown leaves the folder itself as WORKDIR made it
        (f"RUN chown {owner} {app.root}",) if owner is not None else (),
        repeated=repeated,
        handed=(app.root,) if owner is not None else (),
    )


_VARIABLES = frozenset(
    {"NPM_CONFIG_LOGLEVEL", "npm_config_loglevel", "NPM_CONFIG_CACHE", "YARN_CACHE_FOLDER",
     "NPM_CONFIG_REGISTRY", "npm_config_registry", "NEXT_TELEMETRY_DISABLED_AT_BUILD",
     "PNPM_HOME", "PYTHON", "npm_config_build_from_source", "CYPRESS_INSTALL_BINARY"}
)  # fmt: skip


def _started_by_caller(candidate: Candidate) -> str | None:
    """A caller that starts something else, which may be of the development dependencies."""
    for run in candidate.usage.runs:
        words = (*(run.entrypoint or ()), *(run.command or ()))
        alike = words == tuple(candidate.command[0]) or (words[:1] == ("node",) and len(words) == 2)
        if words and not alike:
            return f"{candidate.usage.where(run)} runs {' '.join(words)}"
    return None


def _app(candidate: Candidate) -> App | Refusal:
    if candidate.context is None:
        return Refusal("unseen_sources")
    programs = [item for item in candidate.start.programs if item.kind in ("runtime", "server")]
    others = [item for item in candidate.start.programs if item not in programs]
    if others or not programs:
        return _nothing_own(candidate, others)
    if len(programs) > 1:
        return Refusal("several_services", " and ".join(item.name for item in programs[:3]))
    program = programs[0]
    if program.name in known("development", "programs"):
        return Refusal("builds_at_start", program.name)
    found = project_at(candidate, program.call.folder) or project_at(
        candidate, parent(program.code) if program.code else None
    )
    if found is None:
        at = program.call.folder
        return Refusal("no_folder", at) if at == "/" else Refusal("unseen_sources")
    project, folder = found
    root = _root(candidate, folder, program)
    if root in _SYSTEM:
        return Refusal("no_folder", root)
    locked = read_lock(candidate.context, project)
    installed_packages = project.dependencies | (locked.production if locked else frozenset())
    special = sorted(installed_packages & known("refused"))
    if special:
        return Refusal("special_package", special[0])
    code = read_code(candidate.context, project.folder)
    if not code.whole:
        return Refusal("partial_sources")
    return App(project, folder, root, program, locked, code)


def _nothing_own(candidate: Candidate, others: Sequence[Program]) -> Refusal:
    name = others[0].name if others else candidate.container.sign("foreign")
    found = project_at(candidate, candidate.folder)
    first = (name or "").partition(" ")[0]
    if found is not None and first in found[0].development:
        return Refusal("development_dependency", first)
    return Refusal("untraced_start", name or "nothing of the project")


def _root(candidate: Candidate, folder: str, program: Program) -> str:
    """The topmost folder that files are copied into and that holds the program."""
    root = folder
    for copy in candidate.copies:
        if copy.target is not None and is_below(folder, copy.target) and copy.target != "/":
            root = min(root, copy.target, key=len)
    return root


def _prune_line(candidate: Candidate, app: App, install: Install) -> tuple[str, ...] | Refusal:
    """The RUN that takes the development dependencies out again; empty where there are none."""
    locked = app.locked
    extra = bool(app.project.development) or bool(locked and locked.development)
    if install.production or not extra:
        return ()
    if install.folder is None or not is_below(install.folder, app.folder):
        return Refusal("unknown_manager", f"{install.folder or 'a folder that is not known'}")
    assert candidate.context is not None
    modern = install.manager == "yarn" and (
        candidate.context.kind(app.project.path(".yarnrc.yml")) == "file"
        or (app.project.manager == "yarn" and locked is None)
    )
    if modern or (app.project.workspaces and install.manager != "npm"):
        return Refusal("unknown_manager", "Yarn 2 and later" if modern else "workspaces")
    line = pruning(install, app.project, major_of(candidate))
    if line is None:
        return Refusal("unknown_manager", install.manager)
    logins = _logins(candidate, app)
    if logins and install.manager == "yarn":
        return Refusal("unknown_manager", "Yarn with a login")
    line = "".join(f"{name}= " for name in logins) + line
    if candidate.step(_last_of_builder(candidate)).folder != install.folder:
        line = f"cd {install.folder} && {line}"
    return (f"RUN {line}",)


def _logins(candidate: Candidate, app: App) -> list[str]:
    """The variables that .npmrc reads and that no ENV sets: npm before 9 and Yarn refuse to work
    where one is missing, also where nothing is fetched.

    Source: npm docs, npmrc; npm/cli changelog, 9.0.0 (config).
    """
    assert candidate.context is not None
    head = candidate.context.head(app.project.path(".npmrc"), _MOST_OF_NPMRC)
    kind = credential_named(".npmrc")
    if head is None or kind is None:
        return []
    wanted = dict.fromkeys(kind.wanted(head.decode("utf-8", "replace")))
    return [name for name in wanted if not candidate.model.environment(name)]


def _last_of_builder(candidate: Candidate) -> Instruction:
    instructions = candidate.stage.instructions
    return instructions[len(instructions) - len(candidate.tail) - 1]


def _used_development(candidate: Candidate, app: App, brought: frozenset[str]) -> str | None:
    """What the container starts, or the program's own code imports, and only development
    dependencies bring; `brought` are the programs that the final image has."""
    kept = app.project.dependencies | (app.locked.production if app.locked else frozenset())
    gone = app.project.development | (app.locked.development if app.locked else frozenset())
    for name, place in app.code.imports.items():
        if name in gone and name not in kept:
            return f"{name}, which {place} imports,"
    # types are for the compiler alone
    own = {name for name in app.project.development - kept if not name.startswith("@types/")}
    goes = {program: name for name in own for program in (name, *_programs(frozenset({name})))}
    for word in sorted(words_at_start(candidate, app.project)):
        for name in sorted((packages_in(word) & goes.keys()) - brought - kept):
            return f"{goes[name]}, which the container starts with {word},"
    for name in sorted(own & known("helpers")):
        return f"{name}, which compilers import helpers from,"
    return None


def _brought(candidate: Candidate, app: App) -> tuple[frozenset[str], tuple[Instruction, ...]]:
    """The programs that the final image is known to have, and the RUNs that install some of them
    for all users and that it repeats."""
    kept = app.locked.production if app.locked is not None else app.project.dependencies
    names = set(OF_NODE) | _programs(kept)
    if app.locked is not None:
        names |= app.locked.programs
    everywhere = installed_globally(candidate)
    if "yarn" not in everywhere and (major_of(candidate) or 99) < 26:
        names |= {"yarn", "yarnpkg"}
    started = {str(call.name) for call in candidate.start.writes}
    started |= managers_at_start(candidate, app.project) | _prefixes(candidate, app)
    repeated = []
    names -= _programs(everywhere) - started
    for run in global_installs(candidate):
        programs = _programs(global_packages(run))
        if not programs.isdisjoint(started - names):
            names |= programs
            repeated.append(run.instruction)
    return frozenset(names), tuple(repeated)


def _prefixes(candidate: Candidate, app: App) -> frozenset[str]:
    """The programs of packages that stand in front of others where the container starts."""
    return words_at_start(candidate, app.project) & known("prefixes")


def _programs(packages: frozenset[str]) -> set[str]:
    """The commands that packages bring: of their own name, and others that are known."""
    found = {name.rpartition("/")[2] for name in packages}
    for package, programs in knowledge()["programs"].items():
        if package in packages:
            found |= set(programs)
    return found


def _better(refusal: Refusal, app: App) -> Refusal:
    """A missing program that a development dependency brings."""
    if refusal.guard == "unknown_program" and refusal.met in app.project.development:
        return Refusal("development_dependency", refusal.met)
    return refusal


def _base(candidate: Candidate, app: App) -> Base | Refusal:
    same = same_image(candidate)
    if same is None:
        return Refusal("no_base", candidate.shown_image)
    if _is_plain(app):
        return slim_image(candidate) or same
    return same


def _is_plain(app: App) -> bool:
    """Whether the program surely needs nothing of the system but Node.js itself."""
    if app.locked is None or app.code.starts_programs is not None:
        return False
    if app.locked.production & known("starts_programs"):
        return False
    return app.locked.native <= known("self_contained")


def _packages(
    candidate: Candidate, app: App, base: Base, tools: Tools
) -> tuple[Package, ...] | Refusal:
    """The packages of the distribution that the container needs of those that are installed."""
    found = []
    there = set()
    brought = {package.name for package in tools.packages(base)}
    compile_packages = known("compile_packages")
    words = {name_of(word) for word in candidate.command[0]}
    for _, name in installed(candidate):
        if name is None:
            return Refusal("unknown_package", "in a variable")
        there.add(name)
        if name in brought:
            continue
        if name in words:
            found.append(Package(name, "starts the program"))
        elif is_for_the_container(name) or name in _RUNTIME_PACKAGES:
            found.append(Package(name, "installed before"))
        elif not (is_for_the_build(name) or name in compile_packages):
            return Refusal("unknown_package", name)
        elif app.code.starts_programs is not None:
            return Refusal("runs_programs", app.code.starts_programs)
        elif app.locked is not None and (used := app.locked.production & known("starts_programs")):
            return Refusal("runs_programs", min(used))
    # what the builder's image has, the same image has as well
    same = base.reference == candidate.stage.image.value
    found += [item for item in tools.packages(base) if not same or item.name in there]
    return tuple(found)


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    started = candidate.container.sign("development")
    if started is not None and (started.partition(" ")[0] in known("sites") or _is_site(candidate)):
        return node_static.sketch(candidate)
    base = slim_image(candidate)
    image = base.reference if base is not None else "the slim variant of the same Node.js version"
    return (
        f"{image}, with COPY --from of what is built, package.json and node_modules behind "
        "npm prune --omit=dev"
    )


def _is_site(candidate: Candidate) -> bool:
    found = project_at(candidate, candidate.folder)
    if found is None:
        return False
    packages = found[0].dependencies | found[0].development
    return any(name.strip("@").partition("/")[0] in known("sites") for name in packages) or (
        not packages.isdisjoint(("@vue/cli-service", "@angular/cli"))
    )


ECOSYSTEM = Ecosystem("node", builds, needs, sketch)
