"""What a stage does with a Node.js project: what it installs, builds, and leaves installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.calls import Call, calls_in
from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.programs import behind_prefix
from hardener.analysis.steps import Ran
from hardener.images.facts import facts_for
from hardener.project.context import BuildContext
from hardener.project.ecosystems.node import NodeProject, known, read_project
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of
from hardener.stages.model import Base

MANAGERS = ("npm", "yarn", "yarnpkg", "pnpm", "bun")
_INSTALLS = frozenset({"install", "ci", "i", "clean-install"})
_PRODUCTION = frozenset(
    {"--omit=dev", "--only=production", "--only=prod", "--production", "--prod", "-P"}
)
_VALUED = ("--prefix", "--cwd", "-C", "--dir", "--registry", "--loglevel", "--omit", "--cache",
           "--network-timeout", "--fetch-retries", "--filter", "--workspace", "-w")  # fmt: skip
_CHANGING = frozenset({"preinstall", "install", "postinstall"})
_PARTS = re.compile(r"[:_-]")
# the variants of docker-node that are small already
_SMALL = re.compile(r"(?:^|-)(?:slim|alpine[\d.]*)$")
_VERSION = re.compile(r"v?(\d+)")


@dataclass(frozen=True, slots=True)
class Install:
    """One installation of a project's dependencies."""

    run: Ran
    call: Call
    folder: str | None
    production: bool

    @property
    def manager(self) -> str:
        """`npm`, `yarn`, `pnpm` or `bun`."""
        return (self.call.name or "").removesuffix("pkg")


def installs(candidate: Candidate) -> Iterator[Install]:
    """Every call that installs what package.json lists, in order.

    Source: npm docs (install, ci, prune, omit), Yarn 1 docs (install --production), pnpm docs.
    """
    for run, call in candidate.calls(*MANAGERS):
        if is_global(call):
            continue
        words = call.operands(*_VALUED)
        verb = words[0] if words else ""
        whole = verb in _INSTALLS and len(words) == 1
        if whole or verb == "prune" or _is_bare_yarn(call, words):
            scope = candidate.step(run.instruction).scope
            production = _leaves_out_development(call) or (
                scope.get("NODE_ENV") == "production" and not _takes_development(call)
            )
            yield Install(run, call, _folder(call), production)


def _is_bare_yarn(call: Call, words: list[str]) -> bool:
    return call.name in ("yarn", "yarnpkg") and not words and not call.has("--version", "-v")


def _leaves_out_development(call: Call) -> bool:
    if not _PRODUCTION.isdisjoint(call.args):
        return "--production=false" not in call.args
    return call.option("--omit", "--only") in ("dev", "production", "prod")


def _takes_development(call: Call) -> bool:
    """Whether an option overrules NODE_ENV."""
    asked = {"--include=dev", "--production=false", "--prod=false", "--also=dev"}
    return not asked.isdisjoint(call.args) or call.option("--include") == "dev"


def is_global(call: Call) -> bool:
    """Whether a package manager installs for all users of the system."""
    return call.has("-g", "--global") or call.args[:1] == ("global",)


def installed_globally(candidate: Candidate) -> frozenset[str]:
    """The packages that the stage installs for all users."""
    return frozenset(name for run in candidate.runs for name in global_packages(run))


def global_installs(candidate: Candidate) -> Iterator[Ran]:
    """The RUNs in front of the build that only install packages for all users."""
    for run in candidate.runs:
        if run.instruction in candidate.tail or not run.code.complete:
            continue
        wanted = [call for call in run.calls if not _is_cleaning(call)]
        others = [call for call in wanted if call.name not in MANAGERS or not is_global(call)]
        if len(wanted) > len(others) and all(effect_of(call) == "harmless" for call in others):
            yield run


def _is_cleaning(call: Call) -> bool:
    return call.name in MANAGERS and call.args[:2] == ("cache", "clean")


def global_packages(run: Ran) -> frozenset[str]:
    """The packages that a RUN installs for all users."""
    return frozenset(
        word[: word.find("@", 1)] if word.find("@", 1) > 0 else word
        for call in run.calls
        if call.name in MANAGERS and is_global(call)
        for word in call.operands(*_VALUED)
        if word not in _INSTALLS and word not in ("global", "add")
    )


def words_at_start(candidate: Candidate, project: NodeProject) -> frozenset[str]:
    """Every word that the container is started with, also of the shell scripts that it starts and
    of the scripts of package.json that they name.

    Source: npm docs, scripts (pre and post); Node.js docs, NODE_OPTIONS.
    """
    words, code = candidate.command
    texts = [*words, code or "", candidate.model.environment("NODE_OPTIONS") or ""]
    texts += [origin.text or "" for origin in candidate.start.scripts]
    waiting = [word for text in texts for word in text.split()]
    met: set[str] = set()
    while waiting:
        word = waiting.pop().strip("\"'();&|`$")
        if word in met:
            continue
        met.add(word)
        for name in (word, f"pre{word}", f"post{word}"):
            waiting += project.scripts.get(name, "").split()
    return frozenset(met)


def managers_at_start(candidate: Candidate, project: NodeProject) -> frozenset[str]:
    """The package managers that the container starts, also in scripts that start others."""
    managers = ("yarn", "yarnpkg", "pnpm", "pnpx", "bun", "bunx")
    return words_at_start(candidate, project).intersection(managers)


def packages_in(word: str) -> frozenset[str]:
    """The names under which a word of a command may name a package, or a program of it."""
    first, _, rest = word.rpartition("=")[2].partition("/")
    scoped = f"{first}/{rest.partition('/')[0]}" if first.startswith("@") else first
    return frozenset({scoped.partition("@")[0] or scoped, name_of(word)})


def _folder(call: Call) -> str | None:
    given = call.option("--prefix", "--cwd", "-C", "--dir")
    return joined(call.folder, given) if given else call.folder


def build_calls(candidate: Candidate) -> Iterator[tuple[Ran, Call, str | None]]:
    """Every call that builds, with the script of package.json that it runs; None for a program."""
    scripts, programs = known("builds", "scripts"), known("builds", "programs")
    for run, call in candidate.calls():
        name = call.name or ""
        if name in MANAGERS:
            words = [word for word in call.operands(*_VALUED) if word not in ("run", "run-script")]
            if words and not is_global(call) and not scripts.isdisjoint(_PARTS.split(words[0])):
                yield run, call, words[0]
                continue
        rest = behind_prefix(call)
        program = name_of(str(rest[0])) if rest and rest[0] else name
        if program in programs:
            yield run, call, None


def calls_of_build(
    candidate: Candidate, project: NodeProject
) -> tuple[tuple[str, ...], ...] | None:
    """The programs that the builds start, through scripts of package.json, each with its
    arguments; None where that can't be told."""
    found: list[tuple[str, ...]] = []
    for _, call, script in build_calls(candidate):
        if script is None:
            found.append(_plain(call))
            continue
        inner = _calls_in(project, script, 0)
        if inner is None:
            return None
        found += inner
    return tuple(found)


def _plain(call: Call) -> tuple[str, ...]:
    rest = behind_prefix(call) or call.words
    words = [word or "" for word in rest]
    return (name_of(words[0]), *words[1:])


def _calls_in(project: NodeProject, script: str, depth: int) -> list[tuple[str, ...]] | None:
    code = [project.scripts.get(f"{prefix}{script}") for prefix in ("pre", "", "post")]
    if code[1] is None or depth > 5:
        return None
    found: list[tuple[str, ...]] = []
    for text in code:
        if text is None:
            continue
        read = calls_in(text, "/", lambda _: None)
        if not read.complete:
            return None
        for call in read.calls:
            if call.name is None:
                return None
            if call.name in MANAGERS:
                words = call.operands(*_VALUED)
                inner = _calls_in(project, words[-1], depth + 1) if words else None
                if inner is None:
                    return None
                found += inner
                continue
            plain = _plain(call)
            if plain[0] in ("run-s", "run-p", "npm-run-all"):
                return None
            found.append(plain)
    return found


def project_at(candidate: Candidate, folder: str | None) -> tuple[NodeProject, str] | None:
    """The package.json that stands in a folder of the image, or above it, and that folder."""
    context = candidate.context
    while context is not None and folder is not None and folder != "/":
        project = _project_in(candidate, context, folder)
        if project is not None:
            return project, folder
        folder = parent(folder)
    return None


def _project_in(candidate: Candidate, context: BuildContext, folder: str) -> NodeProject | None:
    origin = candidate.analysis.origin(candidate.model, f"{folder}/package.json")
    if origin is None or origin.kind != "context" or origin.path is None:
        return None
    inside = origin.path.strip("/").removeprefix("./")
    return read_project(context, inside.rpartition("/")[0] or ".")


def pruning(install: Install, project: NodeProject, major: int | None) -> str | None:
    """What takes the dependencies for development out again; None where it isn't known how.

    Source: npm docs, npm prune (--omit since npm 7, which Node.js 15 brought); Yarn 1 docs,
    yarn install --production; pnpm docs, pnpm prune, which asks unless CI is set.
    """
    kept = [word for word in install.call.args if word in ("--legacy-peer-deps", "--force")]
    if install.manager == "npm":
        omit = "--production" if major is not None and major < 15 else "--omit=dev"
        return " ".join(("npm prune", omit, *kept))
    # Yarn puts back what a script has patched in node_modules
    if install.manager == "yarn" and _CHANGING.isdisjoint(project.scripts):
        return "yarn install --production --ignore-scripts --prefer-offline"
    if install.manager == "pnpm" and (_CHANGING | {"prepare"}).isdisjoint(project.scripts):
        return "CI=true pnpm prune --prod"
    return None


def major_of(candidate: Candidate) -> int | None:
    """The major version of Node.js, as the tag says it."""
    tag = candidate.image[1] if candidate.image is not None else None
    found = _VERSION.match(tag or "")
    return int(found[1]) if found else None


def is_small(candidate: Candidate) -> bool:
    """Whether the stage stands on a slim or Alpine variant already."""
    tag = candidate.image[1] if candidate.image is not None else None
    return bool(tag and _SMALL.search(tag))


def same_image(candidate: Candidate) -> Base | None:
    """The image of the builder for the final stage too."""
    facts = candidate.model.facts
    if facts is None or facts.name != "node" or candidate.family not in ("shadow", "busybox"):
        return None
    return Base(candidate.stage.image.value, candidate.family, None, "/", frozenset(facts.users))


def slim_image(candidate: Candidate) -> Base | None:
    """The slim variant of the builder's image, of the same distribution and release; the image
    itself where it is small.

    Source: nodejs/docker-node, README (Image Variants) and its list of tags.
    """
    same = same_image(candidate)
    if same is None or is_small(candidate):
        return same
    written = candidate.stage.image.value
    name, tag = candidate.image or ("", None)
    if "$" in written or "@" in written:
        return same
    reference = f"{written}-slim" if tag and written.endswith(f":{tag}") else f"{written}:slim"
    if tag == "latest":
        reference = f"{written.removesuffix('latest')}slim"
    facts = facts_for(name, reference.rpartition(":")[2])
    builder = candidate.model.facts
    if facts is None or builder is None or facts.release != builder.release:
        return same
    return Base(reference, same.family, None, "/", same.accounts)
