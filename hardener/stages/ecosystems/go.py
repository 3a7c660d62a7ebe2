"""Go: the program alone, on distroless, or on the distribution that its libraries are from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import below, joined, name_of, parent
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.go import (
    GoProject,
    knowledge,
    main_packages,
    module_program,
    read_go,
)
from hardener.stages.bases import distroless, first, plain
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, compiled
from hardener.stages.libraries import linked_libraries, packages_for
from hardener.stages.manifests import go_modules_first
from hardener.stages.model import Artifact, Base, Ecosystem, Needs, Package, Refusal
from hardener.stages.packages import installed, unplaced_package
from hardener.stages.reads import Code

# go help build and go help testflag: flags that take the next word
_VALUED = (
    *("-o", "-p", "-asmflags", "-buildmode", "-buildvcs", "-compiler", "-gccgoflags", "-gcflags"),
    *("-installsuffix", "-ldflags", "-mod", "-modfile", "-overlay", "-pgo", "-pkgdir", "-tags"),
    *("-toolexec", "-covermode", "-coverpkg", "-C"),
)
_CGO = re.compile(r"\bCGO_ENABLED=[\"']?([01])\b")
_CROSS = re.compile(r"\b(GOOS|GOARCH)=[\"']?([\w$]+)")
_NATIVE = ("linux", "amd64", "$TARGETOS", "$TARGETARCH")


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN with `go build`, or with `go install` of what is at hand."""
    found = None
    for run, call in candidate.calls("go"):
        if _is_build(call):
            found = run.instruction
    return found


def _is_build(call: Call) -> bool:
    if call.args[:1] == ("build",):
        return True
    return call.args[:1] == ("install",) and not any("@" in (word or "") for word in call.args)


def needs(candidate: Candidate) -> Needs | Refusal:
    """The program that the container starts, and the files that its sources name."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    outputs: dict[str, Ran] = {}
    calls: dict[str, Call] = {}
    for run, call in candidate.calls("go"):
        if _is_build(call):
            for path in _outputs(candidate, call):
                outputs[path] = run
                calls[path] = call
    if not outputs:
        return Refusal("unknown_output", "go build")
    cross = next(
        (
            found[0]
            for run in outputs.values()
            for found in _CROSS.finditer(run.instruction.value)
            if found[2] not in _NATIVE
        ),
        None,
    )
    if cross is not None:
        return Refusal("cross_build", cross)
    call = next(iter(calls.values()))
    project = read_go(candidate.context, _module_folder(candidate, call))
    found = compiled(candidate, outputs, _reading(project))
    if isinstance(found, Refusal):
        return found
    cgo = _uses_cgo(candidate, found.run)
    libraries = _libraries(candidate, found.tools.names) if cgo else ()
    if isinstance(libraries, Refusal):
        return libraries
    base = _base(candidate, project, cgo, shell=found.tools.shell or bool(libraries))
    if base is None:
        return Refusal("no_base", candidate.shown_image)
    program = found.program
    implied = [
        Artifact(path, path, package)
        for name, packages in knowledge()["library_files"].items()
        for package in packages
        if name != "source" and package in project.imports
        for path in [joined(candidate.folder, name)]
        if path is not None and path in found.tree.files
    ]
    return Needs(
        f"the Go program {name_of(program.place)}",
        base,
        tuple(dict.fromkeys((*found.artifacts, *implied))),
        (*libraries, *found.tools.packages(base), *_packages(candidate, base, project)),
        traced=True,
        earlier=go_modules_first(candidate),
    )


def _libraries(candidate: Candidate, tools: tuple[str, ...]) -> tuple[Package, ...] | Refusal:
    """The packages of what the program may be linked with: what headers are installed of."""
    unplaced = unplaced_package(candidate, tools, linked=True)
    return unplaced or packages_for(candidate, linked_libraries(candidate))


def _reading(project: GoProject) -> Reading:
    signs = (
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced),
    )
    return Reading(project.literals, signs, _code(project), project.whole, project.seen)


def _outputs(candidate: Candidate, call: Call) -> Iterator[str]:
    """Where `go build` or `go install` puts programs, as far as it can be told.

    Source: go help build, go help install.
    """
    folder = call.option("-C") or ""
    at = joined(call.folder, folder) if folder else call.folder
    words = [word for word in call.operands(*_VALUED) if word not in ("build", "install")]
    names = [name for word in words or ["."] for name in _names(candidate, at, word)]
    output = call.option("-o")
    if call.args[0] == "install":
        target = candidate.model.environment("GOBIN") or (
            (candidate.model.environment("GOPATH") or _default_gopath(candidate)).partition(":")[0]
            + "/bin"
        )
        yield from (f"{target}/{name}" for name in names)
    elif output is None:
        if "-o" not in call.args and len(names) == 1 and at is not None:
            yield f"{at.rstrip('/')}/{names[0]}"
    else:
        place = joined(at, output)
        if place is not None:
            if not output.endswith(("/", "/.", "..")) and output != ".":
                yield place
            yield from (f"{place}/{name}" for name in names)


def _default_gopath(candidate: Candidate) -> str:
    """Source: docker-library/golang (ENV GOPATH); go help gopath ($HOME/go)."""
    facts = candidate.model.facts
    return "/go" if facts is not None and facts.name == "golang" else "/root/go"


def _names(candidate: Candidate, folder: str | None, word: str) -> Iterator[str]:
    """The programs that a package, a file, or a pattern of packages makes."""
    if word.endswith("/..."):
        root = _in_context(candidate, joined(folder, word.removesuffix("/...")))
        if root is None or candidate.context is None:
            return
        for package in main_packages(candidate.context, root):
            own = module_program(candidate.context, package)
            yield own or name_of(folder or "" if package == "." else package)
        return
    if word.endswith(".go"):
        yield name_of(word).removesuffix(".go")
        return
    path = joined(folder, word)
    inside = _in_context(candidate, path)
    if candidate.context is not None and inside is not None:
        name = module_program(candidate.context, inside)
        if name is not None:
            yield name
            return
    if path is not None:
        yield name_of(path)


def _in_context(candidate: Candidate, path: str | None) -> str | None:
    """The folder of the context that a folder of the image is copied from."""
    if path is None or candidate.context is None:
        return None
    for copy in reversed(candidate.model.copies):
        rest = None if copy.target is None else below(path, copy.target)
        if rest is None or not copy.from_context:
            continue
        for source in copy.sources:
            if source is None:
                continue
            for found in candidate.context.sources(source):
                at = found if not rest else rest if found == "." else f"{found}/{rest}"
                if candidate.context.kind(at) == "folder":
                    return at
    return None


def _module_folder(candidate: Candidate, call: Call) -> str:
    """The folder of the context with the go.mod of what is built."""
    context = candidate.context
    assert context is not None
    folder = _in_context(candidate, joined(call.folder, call.option("-C") or "."))
    while folder is not None:
        if context.kind("go.mod" if folder == "." else f"{folder}/go.mod") == "file":
            return folder
        if folder == ".":
            break
        folder = parent("/" + folder).lstrip("/") or "."
    return "."


def _code(project: GoProject) -> Code:
    stems = knowledge()["stems"]
    looks = any(package in project.imports for package in stems["packages"])
    return Code(
        (".go", ".mod", ".sum", "_test.go", "Dockerfile", ".md"),
        frozenset({"go.mod", "go.sum", "go.work", "go.work.sum", "Makefile", ".gitignore"}),
        project.embedded,
        tuple(stems["endings"]) if looks else (),
    )


def _uses_cgo(candidate: Candidate, run: Ran) -> bool:
    """Whether the program may be linked with the C library.

    Source: go help environment (CGO_ENABLED is 1 by default where a C compiler is found).
    """
    told = _CGO.findall(run.instruction.value)
    if told:
        return "0" not in told
    return candidate.step(run.instruction).scope.get("CGO_ENABLED") != "0"


def _base(candidate: Candidate, project: GoProject, cgo: bool, *, shell: bool) -> Base | None:
    facts = candidate.model.facts
    smallest: list[Base | None] = []
    if not cgo:
        # it runs on any Linux, whatever it was built on
        smallest = [distroless("static", facts.release if facts is not None else None)]
    elif facts is not None and facts.distribution == "debian":
        # what modules of others link with can be C++
        smallest = [distroless("cc" if project.requires else "base", facts.release)]
    return first([*smallest, plain(candidate)], shell=shell)


def _has_cplusplus(candidate: Candidate) -> bool:
    return any(name in ("g++", "build-base", "alpine-sdk") for _, name in installed(candidate))


def _packages(candidate: Candidate, base: Base, project: GoProject) -> Iterator[Package]:
    """What distroless has and the bare distribution lacks."""
    if not base.has_shell:
        return
    if {"net/http", "crypto/tls", "crypto/x509"} & set(project.imports) or project.requires:
        yield Package("ca-certificates", "TLS")
    if "time" in project.imports or project.requires:
        yield Package("tzdata", "time zones")
    if base.family == "busybox" and project.requires and _has_cplusplus(candidate):
        yield Package("libstdc++", "modules with C++")


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = distroless("base", candidate.model.facts.release) if candidate.model.facts else None
    base = base or plain(candidate)
    image = base.reference if base is not None else "the bare distribution"
    return f"{image}, with COPY --from of the program and of the files that it reads"


ECOSYSTEM = Ecosystem("go", builds, needs, sketch)
