"""Rust: the program alone, on distroless, or with the libraries of the system it is linked with."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.rust import RustProject, knowledge, read_rust
from hardener.stages.bases import distroless, first, plain
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, compiled
from hardener.stages.libraries import linked_libraries, packages_for
from hardener.stages.model import Base, Ecosystem, Needs, Package, Refusal
from hardener.stages.packages import unplaced_package
from hardener.stages.reads import Code

# clients and servers that check certificates with those of the system
_TLS = frozenset({"openssl-sys", "rustls-native-certs", "native-tls", "rustls-platform-verifier"})


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN with `cargo build`, or `cargo install` of what is at hand."""
    found = None
    for run, call in candidate.calls("cargo"):
        if _is_build(call):
            found = run.instruction
    return found


def _is_build(call: Call) -> bool:
    words = [word for word in call.args if word and not word.startswith("+")]
    return words[:1] in (["build"], ["b"]) or (words[:1] == ["install"] and call.has("--path"))


def needs(candidate: Candidate) -> Needs | Refusal:
    """The program that the container starts, the libraries of its crates, and what it reads."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    project = read_rust(candidate.context)
    outputs: dict[str, Ran] = {}
    static: dict[str, bool] = {}
    for run, call in candidate.calls("cargo"):
        if _is_build(call):
            for path in _outputs(candidate, project, call):
                outputs[path] = run
                static[path] = _is_static(candidate, call)
    beside = [
        name
        for name, crates in knowledge()["library_files"]["names"].items()
        if not project.crates.isdisjoint(crates)
    ]
    found = compiled(candidate, outputs, _reading(project), beside=beside)
    if isinstance(found, Refusal):
        return found
    alone = static[found.program.built]
    libraries: tuple[Package, ...] | Refusal = ()
    if not alone:
        unplaced = unplaced_package(candidate, found.tools.names, linked=True)
        libraries = unplaced or _libraries(candidate, project)
    if isinstance(libraries, Refusal):
        return libraries
    base = _base(candidate, alone, shell=found.tools.shell or bool(libraries))
    if base is None:
        return Refusal("no_base", candidate.shown_image)
    tls = base.has_shell and bool(_TLS & project.crates)
    return Needs(
        f"the Rust program {name_of(found.program.place)}",
        base,
        found.artifacts,
        (
            *libraries,
            *found.tools.packages(base),
            *([Package("ca-certificates", "TLS")] if tls else []),
            *([Package("libgcc", "Rust")] if base.family == "busybox" and not alone else []),
        ),
        traced=True,
    )


def _reading(project: RustProject) -> Reading:
    signs = (
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced),
    )
    names = frozenset({"Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "Dockerfile"})
    stems = knowledge()["stems"]
    endings = () if project.crates.isdisjoint(stems["crates"]) else tuple(stems["endings"])
    code = Code((".rs", ".md", "Dockerfile"), names, project.embedded, endings)
    return Reading(project.literals, signs, code, project.whole, project.seen)


def _outputs(candidate: Candidate, project: RustProject, call: Call) -> Iterator[str]:
    """Where Cargo puts programs.

    Source: The Cargo Book, Build Cache, and cargo-install(1) (--root, CARGO_HOME).
    """
    names = [name for name in [call.option("--bin")] if name] or sorted(project.programs)
    if "install" in call.args:
        root = call.option("--root") or candidate.model.environment("CARGO_INSTALL_ROOT")
        root = root or candidate.model.environment("CARGO_HOME") or "/usr/local/cargo"
        yield from (f"{joined(call.folder, root)}/bin/{name}" for name in names)
        return
    profile = call.option("--profile") or ("release" if call.has("--release", "-r") else "debug")
    profile = "debug" if profile in ("dev", "test") else profile
    folder = call.option("--target-dir") or candidate.model.environment("CARGO_TARGET_DIR")
    manifest = call.option("--manifest-path")
    start = joined(call.folder, manifest.rpartition("/")[0] or ".") if manifest else call.folder
    place = joined(start, folder or "target")
    target = call.option("--target")
    if place is not None:
        middle = f"{target}/" if target else ""
        yield from (f"{place}/{middle}{profile}/{name}" for name in names)


def _is_static(candidate: Candidate, call: Call) -> bool:
    """Whether the program holds its C library: so do targets with musl, which Alpine's image
    builds for by default, unless they are told not to.

    Source: The Rust Reference, Linkage (Static and dynamic C runtimes).
    """
    flags = candidate.model.environment("RUSTFLAGS") or ""
    if "-crt-static" in flags:
        return False
    target = call.option("--target")
    facts = candidate.model.facts
    on_alpine = facts is not None and facts.name == "rust" and facts.distribution == "alpine"
    return "musl" in target if target is not None else on_alpine


def _libraries(candidate: Candidate, project: RustProject) -> tuple[Package, ...] | Refusal:
    """The packages of the libraries that the locked crates are linked with."""
    if not project.locked and project.crates:
        return Refusal("unknown_package", "of crates that no Cargo.lock names")
    known = knowledge()
    found: dict[str, str] = {}
    for crate in sorted(project.crates):
        library = known["system"]["libraries"].get(crate)
        if library:
            bundled = known["system"]["bundled"].get(crate, ())
            if not project.crates.intersection(bundled):
                found.setdefault(library, crate)
        elif crate.endswith(("-sys", "_sys")) and crate not in known["alone"]["names"]:
            return Refusal("unknown_package", f"of the crate {crate}")
    for library, package in linked_libraries(candidate).items():
        found.setdefault(library, package)
    return packages_for(candidate, found)


def _base(candidate: Candidate, static: bool, *, shell: bool) -> Base | None:
    facts = candidate.model.facts
    if facts is None:
        return None
    smallest: list[Base | None] = []
    if static:
        smallest.append(distroless("static", facts.release))
    elif facts.distribution == "debian":
        smallest.append(distroless("cc", facts.release))
    return first([*smallest, plain(candidate)], shell=shell)


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    facts = candidate.model.facts
    base = distroless("cc", facts.release if facts is not None else None) or plain(candidate)
    image = base.reference if base is not None else "the bare distribution of the same release"
    return f"{image}, with COPY --from of the program and of the files that it reads"


ECOSYSTEM = Ecosystem("rust", builds, needs, sketch)
