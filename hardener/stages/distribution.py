"""What a stage installs from its distribution: what only a build needs, and what the container
keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hardener.analysis.calls import Call
from hardener.analysis.steps import Ran
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.libraries import library_of_headers, run_time_packages
from hardener.stages.model import Package, Refusal

_PROGRAMS = frozenset({"apt-get", "apt", "aptitude", "apk"})
_REPOSITORIES = frozenset({"add-apt-repository", "apt-key", "apt-add-repository"})
_IDLE = frozenset({"update", "clean", "autoclean", "autopurge", "check", "fix", "cache"})
_UPGRADES = frozenset({"upgrade", "dist-upgrade", "full-upgrade"})
_REMOVES = frozenset({"purge", "remove", "autoremove", "del"})
_VALUED = ("-o", "--option", "-c", "--config-file", "-t", "--target-release", "--virtual", "-a")
# choose where packages come from, which their names don't say
_FOREIGN = (
    "-t",
    "--target-release",
    "--default-release",
    "-X",
    "--repository",
    "--allow-untrusted",
)
_SUITES = ("bookworm", "trixie")


@dataclass(slots=True)
class Wanted:
    """The packages that a stage installs, and keeps.

    Attributes:
        names: of each package as it is written, by its bare name.
        libraries: bare names that were removed again while what they brought was left.
        recommends: whether recommended packages are installed as well.
        upgrades: whether all packages are brought up to date.
        virtual: the packages that a name of `apk add --virtual` stands for.
        foreign: what brings in packages of other repositories; None where nothing does.
    """

    names: dict[str, str] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    recommends: bool = False
    upgrades: bool = False
    virtual: dict[str, tuple[str, ...]] = field(default_factory=dict)
    foreign: str | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The packages of a stage, sorted by who needs them.

    `builds` are the names that only a build needs, `keeps` what the container is given.
    """

    builds: tuple[str, ...]
    keeps: tuple[Package, ...]


def is_of_the_distribution(call: Call) -> bool:
    """Whether a program that a RUN starts installs or removes packages."""
    return call.name in _PROGRAMS or call.name in _REPOSITORIES


def add_to(wanted: Wanted, call: Call) -> str | None:
    """Take one call of apt-get, apk and the like into account; what of it can't be told, else
    None.

    Source: apt-get(8), apk(8).
    """
    if call.name in _REPOSITORIES:
        wanted.foreign = wanted.foreign or call.name
        return None
    # a pattern that names versions, as in `ffmpeg=7:5.*`, is for apt
    written = zip(call.words, call.raw, strict=False)
    call = replace(
        call, words=tuple(raw if word is None and "*" in raw else word for word, raw in written)
    )
    words = call.operands(*_VALUED) if call.name != "apk" else _apk_operands(call)
    if None in call.args:
        return next(raw for word, raw in zip(call.words, call.raw, strict=False) if word is None)
    verb = words[0] if words else ""
    if call.has(*_FOREIGN[3:]) if call.name == "apk" else call.has(*_FOREIGN[:3]):
        wanted.foreign = wanted.foreign or " ".join(call.raw[:4])
    if verb in _IDLE:
        return None
    if verb in _UPGRADES:
        wanted.upgrades = True
        return None
    if verb in ("install", "add"):
        _install(wanted, call, words[1:])
        return None
    if verb in _REMOVES:
        _remove(wanted, call, words[1:])
        return None
    return " ".join(call.raw[:3])


def _apk_operands(call: Call) -> list[str]:
    return call.operands("-t", "--virtual", "-X", "--repository", "-p", "--root", "--wait")


def _install(wanted: Wanted, call: Call, words: Sequence[str]) -> None:
    if call.name != "apk" and not _leaves_recommended(call):
        wanted.recommends = True
    for word in words:
        if word.startswith("."):
            continue
        wanted.names[bare(word)] = word
    name = call.option("--virtual", "-t") if call.name == "apk" else None
    if name is not None:
        wanted.virtual[name] = tuple(bare(word) for word in words)


def _leaves_recommended(call: Call) -> bool:
    return any(
        word and ("--no-install-recommends" in word or "Install-Recommends=" in word)
        for word in call.args
    )


def _remove(wanted: Wanted, call: Call, words: Sequence[str]) -> None:
    thorough = call.name == "apk" or call.has("--auto-remove", "--autoremove")
    for word in words:
        for name in wanted.virtual.get(word, (bare(word),)):
            if wanted.names.pop(name, None) is not None and not thorough:
                wanted.libraries.append(name)
    if "autoremove" in call.args:
        wanted.libraries.clear()


def removes(run: Ran) -> bool:
    """Whether a RUN takes packages away again."""
    return any(call.name in _PROGRAMS and not _REMOVES.isdisjoint(call.args) for call in run.calls)


def leans_on_lists(run: Ran) -> bool:
    """Whether a RUN installs packages off lists that a RUN before has fetched.

    Source: apt-get(8) (update); apk(8) (--update-cache, --no-cache).
    """
    calls = [call for call in run.calls if call.name in _PROGRAMS]
    installing = [call for call in calls if {"install", "add"} & set(call.args)]
    fetching = any(
        "update" in call.args or call.has("--no-cache", "-U", "--update", "--update-cache")
        for call in calls
    )
    return bool(installing) and not fetching


def bare(word: str) -> str:
    """A package without version, release, tag and architecture, as in `gcc=4:12.2` or `gcc:amd64`.

    Source: apt-get(8), apk-world(5).
    """
    for mark in "=<>~@/:":
        word = word.partition(mark)[0]
    return word.rstrip("-") if word.endswith("-") else word


def is_compiler(name: str) -> bool:
    """Whether a package compiles, or is for compiling with a C library or an interpreter."""
    known = table("packages")["for_compiling"]["names"]
    return name in known or name.rstrip("0123456789.-") in known


def compilers_of(run: Ran) -> tuple[str, ...]:
    """The compilers that a RUN installs and doesn't remove, small tools left aside."""
    wanted = Wanted()
    for call in run.calls:
        if is_of_the_distribution(call):
            add_to(wanted, call)
    large = table("packages")["for_compiling"]["large"]
    return tuple(name for name in wanted.names if name.rstrip("0123456789.-") in large)


def sort_packages(candidate: Candidate, wanted: Wanted, image: str) -> Sorted | Refusal:
    """Sort the packages of a stage, and name the libraries that those that go leave a need for.

    A package that isn't known to be of a build alone is kept, a development package of which the
    library isn't known too. `image` is the interpreter's name, of which the base image has the
    libraries.
    """
    builds: list[str] = []
    keeps: dict[str, Package] = {}
    family = "busybox" if candidate.family == "busybox" else "shadow"
    brought = table("packages")["brought"][family]
    for name, written in wanted.names.items():
        if is_compiler(name):
            builds.append(name)
            for library in brought.get(name.rstrip("0123456789.-"), "").split():
                keeps.setdefault(library, Package(library, f"of {name}"))
        elif name.endswith("-dev"):
            libraries = _libraries(candidate, name, image)
            if libraries is None:
                keeps[name] = Package(written, "its library isn't known")
                continue
            builds.append(name)
            for library in libraries:
                keeps.setdefault(library, Package(library, f"of {name}"))
        else:
            keeps[name] = Package(written, "")
    for name in wanted.libraries:
        for library in _libraries(candidate, name, image) or ():
            keeps.setdefault(library, Package(library, f"of {name}"))
    own = [item for item in keeps.values() if not item.why]
    if own and wanted.foreign is not None:
        return Refusal("foreign_packages", wanted.foreign)
    return Sorted(tuple(builds), tuple(keeps.values()))


def _libraries(candidate: Candidate, name: str, image: str) -> tuple[str, ...] | None:
    """The packages with the libraries that a development package is for."""
    if name in table("packages")["interpreters"].get(image, ()):
        return ()
    library = library_of_headers(name)
    if library is None:
        return None
    facts = candidate.model.facts
    tag = candidate.image[1] if candidate.image is not None else None
    if (
        facts is not None
        and facts.distribution == "debian"
        and (facts.release is None or facts.release not in (tag or ""))
    ):
        return _in_every_release(library)
    if facts is not None and _is_old_alpine(facts.release) and facts.distribution == "alpine":
        return None
    return run_time_packages(library, candidate)


def _is_old_alpine(release: str | None) -> bool:
    """Whether libraries were packed under other names (pkgs.alpinelinux.org, up to 3.17)."""
    parts = (release or "").split(".")
    return len(parts) == 2 and all(map(str.isdecimal, parts)) and tuple(map(int, parts)) < (3, 18)


def _in_every_release(library: str) -> tuple[str, ...] | None:
    """The packages under names that hold in the releases that a tag without one has stood for.

    Source: Debian's transition to 64-bit time_t: `libfoo1t64` provides `libfoo1` (apt-cache show).
    """
    known = table("libraries")[library]["run_time"]
    older, newer = (known.get(suite, known.get("any")) for suite in _SUITES)
    if older is None or newer is None or newer.replace("t64", "") != older:
        return None
    return tuple(older.split())
