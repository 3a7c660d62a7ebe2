"""C and C++: the program, with the packages of the libraries that it is linked with."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.native import NativeProject, read_native
from hardener.stages.bases import distroless, first, plain
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, compiled
from hardener.stages.knowledge import table
from hardener.stages.libraries import library_of_link, linked_libraries, packages_for
from hardener.stages.model import Base, Ecosystem, Needs, Package, Refusal
from hardener.stages.packages import installed, is_for_the_container, unplaced_package
from hardener.stages.reads import Code

_COMPILERS = ("gcc", "g++", "cc", "c++", "clang", "clang++")
_MAKERS = ("make", "gmake", "cmake", "ninja", "meson")
_INTO = ("-C", "-B", "--build", "--directory")


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that compiles, or that runs make or CMake."""
    found = None
    for run, call in candidate.calls(*_COMPILERS, *_MAKERS):
        if call.name != "cmake" or not call.has("-E"):
            found = run.instruction
    return found


def needs(candidate: Candidate) -> Needs | Refusal:
    """The program that the container starts, what it is linked with, and what it reads."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    project = read_native(candidate.context)
    if not project.seen:
        return Refusal("unknown_output", "make")
    outputs: dict[str, Ran] = {}
    for run, call in candidate.calls(*_COMPILERS, *_MAKERS):
        for path in _outputs(candidate, project, call):
            outputs[path] = run
    found = compiled(candidate, outputs, _reading(project))
    if isinstance(found, Refusal):
        return found
    if project.shared is not None:
        return Refusal("untraced_files", f"shared libraries of its own ({project.shared})")
    if project.installs is not None:
        return Refusal("untraced_files", f"what is installed with it ({project.installs})")
    if project.fetched:
        return Refusal("untraced_files", "sources of others that the build fetches")
    libraries = unplaced_package(candidate, found.tools.names, linked=True) or _libraries(
        candidate, project
    )
    if isinstance(libraries, Refusal):
        return libraries
    base = _base(candidate, project, shell=found.tools.shell, bare=not libraries)
    if isinstance(base, Refusal):
        return base
    language = "C++" if project.cplusplus else "C"
    return Needs(
        f"the {language} program {name_of(found.program.place)}",
        base,
        found.artifacts,
        (*libraries, *found.tools.packages(base), *_run_time(candidate, project, base)),
        traced=True,
    )


def _reading(project: NativeProject) -> Reading:
    signs = (
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced),
    )
    endings = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".hxx", ".o", ".a", ".md", ".mk")
    names = frozenset({"Makefile", "CMakeLists.txt", "Dockerfile", ".gitignore", "LICENSE"})
    code = Code((*endings, ".cmake", "Dockerfile"), names)
    return Reading(project.literals, signs, code, project.whole, project.seen)


def _outputs(candidate: Candidate, project: NativeProject, call: Call) -> Iterator[str]:
    """Where a compiler, make or CMake puts programs.

    Source: GCC manual (-o, a.out); GNU make (-C); cmake(1) (-B, --build, --install, and
    /usr/local as the prefix of an installation).
    """
    if call.name in _COMPILERS:
        if not {"-c", "-E", "-S", "-shared"} & set(call.args):
            written = call.option("-o") or (None if "-o" in call.args else "a.out")
            path = None if written is None else joined(call.folder, written)
            if path is not None:
                yield path
        return
    folder = joined(call.folder, call.option("-C", "--directory", "-B", "--build") or ".")
    if folder is None or any(option in call.args and not call.option(option) for option in _INTO):
        return
    installs = "install" in call.args or "--install" in call.args
    written = call.option("--prefix") or _assigned(call, "CMAKE_INSTALL_PREFIX", "PREFIX", "prefix")
    for name in project.programs:
        yield f"{folder.rstrip('/')}/{name.removeprefix('./')}"
        for place in _subfolders(candidate, name):
            yield f"{folder.rstrip('/')}/{place}/{name}"
        if installs:
            prefix = written or _prefix(candidate) or "/usr/local"
            if len(project.folders) == 1:
                yield f"{prefix}/{project.folders[0]}/{name_of(name)}"


def _subfolders(candidate: Candidate, name: str) -> Iterator[str]:
    """The folders of the context that have a makefile of their own."""
    if "/" in name or candidate.context is None:
        return
    for entry in candidate.context.files_below("."):
        folder = parent("/" + entry.path).lstrip("/")
        if folder and name_of(entry.path) in ("CMakeLists.txt", "Makefile"):
            yield folder


def _prefix(candidate: Candidate) -> str | None:
    """The prefix that CMake or configure was given."""
    for _, call in candidate.calls("cmake", "configure"):
        found = _assigned(call, "CMAKE_INSTALL_PREFIX") or call.option("--prefix")
        if found is not None:
            return found
    return None


def _assigned(call: Call, *names: str) -> str | None:
    for word in call.args:
        key, equals, value = (word or "").removeprefix("-D").partition("=")
        if equals and key.partition(":")[0] in names:
            return value
    return None


def _libraries(candidate: Candidate, project: NativeProject) -> tuple[Package, ...] | Refusal:
    """The packages of all that may be linked with: what makefiles and compilers name, and what
    headers were installed of."""
    found: dict[str, str] = {}
    flags = [
        word.removeprefix("-l")
        for _, call in candidate.calls(*_COMPILERS)
        for word in call.args
        if word and word.startswith("-l")
    ]
    words = [word for run in candidate.runs for call in run.calls for word in call.words if word]
    if any("-fopenmp" in word for word in words):
        flags.append("gomp")
    sanitizer = project.sanitizer or next((word for word in words if "-fsanitize=" in word), None)
    if sanitizer is not None:
        return Refusal("unknown_package", f"of the library of {sanitizer}")
    flags += [word for _, call in candidate.calls("pkg-config") for word in call.operands()]
    for name in (*project.links, *flags):
        if name in project.programs or name in ("PkgConfig", "Git", "CMake", "Python3"):
            continue
        library = library_of_link(name)
        if library is None:
            return Refusal("unknown_package", f"of the library {name}")
        found.setdefault(library, f"-l{name}")
    for library, package in linked_libraries(candidate).items():
        found.setdefault(library, package)
    return packages_for(candidate, found)


def _base(
    candidate: Candidate, project: NativeProject, *, shell: bool, bare: bool
) -> Base | Refusal:
    facts = candidate.model.facts
    refusal = Refusal("no_base", candidate.shown_image)
    if facts is None:
        return refusal
    if project.cplusplus and facts.name == "gcc":
        # its libstdc++ is its own, and newer than Debian's unless the majors agree
        major = ((candidate.image or ("", ""))[1] or "").partition("-")[0].partition(".")[0]
        if table("bases")["compilers"].get(facts.release or "") != major:
            return refusal
    smallest: list[Base | None] = []
    if bare and facts.distribution == "debian":
        smallest.append(distroless("cc" if project.cplusplus else "base", facts.release))
    return first([*smallest, plain(candidate)], shell=shell) or refusal


def _run_time(candidate: Candidate, project: NativeProject, base: Base) -> Iterator[Package]:
    """Packages that the file installs and the container may need whatever was built."""
    if base.family == "busybox" and project.cplusplus:
        yield Package("libstdc++", "C++")
    for run, name in installed(candidate):
        if base.has_shell and name is not None and is_for_the_container(name):
            yield Package(name, f"line {run.instruction.first_line}")


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = plain(candidate)
    image = base.reference if base is not None else "the bare distribution of the same release"
    return f"{image}, with COPY --from of the program, and the packages of its shared libraries"


ECOSYSTEM = Ecosystem("native", builds, needs, sketch, order=70)
