"""Java: the jar, or the classes, on the runtime of the JDK's version."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined, name_of, parent
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.java import JavaProject, knowledge, read_java
from hardener.stages.bases import plain
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, around_of, owner_of
from hardener.stages.java import artifacts_of, java_command, runtime_of, runtime_packages
from hardener.stages.model import Artifact, Ecosystem, Needs, Refusal
from hardener.stages.packages import unplaced_package
from hardener.stages.reads import Code

_BUILDERS = ("mvn", "mvnw", "gradle", "gradlew", "ant", "sbt", "javac", "kotlinc")
# folders that go into the jar
_PACKED = ("src/main/resources", "*/src/main/resources", "*/*/src/main/resources")
_WEB = ("src/main/webapp", "*/src/main/webapp", "src/test", "*/src/test")


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that compiles or packs Java."""
    found = None
    for run, call in candidate.calls(*_BUILDERS, "jar"):
        if call.name != "jar" or _is_packing(call):
            found = run.instruction
    return found


def _is_packing(call: Call) -> bool:
    first = call.args[0] if call.args else ""
    return call.has("--create") or (first or "").lstrip("-").startswith("c")


def needs(candidate: Candidate) -> Needs | Refusal:
    """The jar that the container starts, and the files that its sources name."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    programs = [item for item in candidate.start.programs if item.name == "java"]
    others = [item.name for item in candidate.start.programs if item.name != "java"]
    if others:
        return Refusal("untraced_start", others[0])
    if len(programs) != 1:
        return Refusal("untraced_start", "nothing that was built")
    call = programs[0].call
    command = java_command(call)
    if not command.complete or not command.paths or "/" in command.paths:
        return Refusal("untraced_start", "java with a class path that can't be told")
    made = _made(candidate)
    for path in command.paths:
        place = parent(path) if "*" in path else path
        copied = candidate.analysis.supplier(candidate.model, place)
        if _maker(made, path) is None and copied is None:
            return Refusal("untraced_start", path)
    project = read_java(candidate.context)
    around = around_of(
        candidate,
        str(call.words[0]),
        _reading(project),
        {*command.paths, *made},
        beside=knowledge()["beside"]["names"],
        without=frozenset({"java"}),
    )
    if isinstance(around, Refusal):
        return around
    base, runtime = runtime_of(candidate), runtime_packages(candidate)
    if base is None and runtime:
        base = plain(candidate)
    if base is None or (around.tools.shell and not base.has_shell):
        return Refusal("no_base", candidate.shown_image)
    unplaced = unplaced_package(candidate, around.tools.names)
    if unplaced is not None:
        return unplaced
    run = next((ran for path in command.paths if (ran := _maker(made, path))), None)
    owner = None if run is None else owner_of(candidate, run)
    own = [
        Artifact(item.source, item.target, item.why, item.folder, owner)
        for item in artifacts_of(command, candidate)
    ]
    files = [
        item for item in around.files if not any(is_below(item.target, mine.target) for mine in own)
    ]
    last = command.paths[-1]
    shown = f"in {parent(last)}" if "*" in last else name_of(last)
    return Needs(
        f"the Java program {shown}",
        base,
        tuple(dict.fromkeys((*own, *files))),
        (*runtime, *around.tools.packages(base)),
        traced=True,
    )


def _made(candidate: Candidate) -> dict[str, Ran]:
    """Files and folders that the RUNs make, each with the RUN.

    Source: jar(1) (--file, cf); Maven, Introduction to the Standard Directory Layout (target);
    Gradle User Manual, Java plugin (build/libs, build/classes, build/install); javac(1) (-d).
    """
    found: dict[str, Ran] = {}
    for run, call in candidate.calls(*_BUILDERS, "jar", "cp", "mv", "install"):
        places: list[str | None] = []
        if call.name == "jar" and _is_packing(call):
            written = call.option("--file", "-f")
            words = [word for word in call.args[1:] if word is not None]
            places = [written or (words[0] if words else None)]
        elif call.name == "javac":
            places = [call.option("-d") or "."]
        elif call.name in ("cp", "mv", "install"):
            places = [call.args[-1] if call.args else None]
        elif call.name in ("mvn", "mvnw"):
            places = [f"{folder}target" for folder in _modules(candidate, "pom.xml")]
        elif call.name in ("gradle", "gradlew"):
            places = [f"{folder}build" for folder in _modules(candidate, "build.gradle")]
        elif call.name == "sbt":
            places = ["target"]
        for place in places:
            path = None if place is None else joined(call.folder, place)
            if path is not None and path != "/":
                found[path] = run
    return found


def _modules(candidate: Candidate, manifest: str) -> Iterator[str]:
    """The folders below the build's own that have a build file, each with a slash behind."""
    yield ""
    assert candidate.context is not None
    for path in read_java(candidate.context).manifests:
        if path.rpartition("/")[2].startswith(manifest):
            folder = parent("/" + path).lstrip("/")
            if folder:
                yield f"{folder}/"


def _maker(made: dict[str, Ran], path: str) -> Ran | None:
    for place in (path, *_above(path)):
        if place in made:
            return made[place]
    return None


def _above(path: str) -> Iterator[str]:
    while (path := parent(path)) != "/":
        yield path


def _reading(project: JavaProject) -> Reading:
    jars = project.beside and f"jars beside its own ({project.beside})"
    signs = (
        ("needs_tools", project.tools),
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced or jars),
    )
    return Reading(project.literals, signs, _code(), project.whole, project.seen)


def _code() -> Code:
    endings = (".java", ".kt", ".scala", ".groovy", ".class", ".jar", ".md", ".gradle", ".kts")
    names = frozenset(
        {"pom.xml", "mvnw", "gradlew", "Dockerfile", "gradle.properties", ".gitignore"}
    )
    return Code(endings, names, (*_PACKED, *_WEB))


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = runtime_of(candidate)
    image = base.reference if base is not None else "a Java runtime (JRE) of the same version"
    return f"{image}, with COPY --from of the jar"


ECOSYSTEM = Ecosystem("java", builds, needs, sketch)
