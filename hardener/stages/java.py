"""The Java runtime that goes with a JDK, and what a `java` command line names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, parent
from hardener.images.catalogue import Catalogue
from hardener.images.facts import facts_for
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Artifact, Base, Package
from hardener.stages.packages import installed

# options of java that take the next word (java(1))
_VALUED = ("-cp", "-classpath", "--class-path", "-jar", "-p", "--module-path", "-m", "--module")
_VALUED_ALONE = ("--add-modules", "--add-opens", "--add-exports", "--add-reads", "-d", "--source")


@dataclass(frozen=True, slots=True)
class JavaCommand:
    """What a `java` command line loads.

    Attributes:
        paths: jars, folders of classes and agents, as absolute paths of the image; one that ends
            in `/*` stands for all jars of a folder.
        complete: false where a word that may name one isn't known.
    """

    paths: tuple[str, ...]
    complete: bool


def java_command(call: Call) -> JavaCommand:
    """Read the words behind `java`.

    A word that isn't known is taken for options (`$JAVA_OPTS`) as long as it stands in front of
    the jar or the class.
    """
    paths: list[str] = []
    complete = True
    words = [*zip(call.args, call.raw[1:], strict=False)]
    at = 0
    while at < len(words):
        word, raw = words[at]
        if word is None:
            at += 1
            continue
        if word in _VALUED:
            value, written = words[at + 1] if at + 1 < len(words) else (None, "")
            text = value if value is not None else (written if "$" not in written else None)
            if text is None:
                complete = False
            elif word not in ("-m", "--module"):
                paths += _entries(call, text)
            at += 2
            if word in ("-jar", "-m", "--module"):
                break
            continue
        if word in _VALUED_ALONE:
            at += 2
            continue
        if word.startswith("-javaagent:"):
            agent = joined(call.folder, word.removeprefix("-javaagent:").partition("=")[0])
            paths += [agent] if agent else []
        elif word.endswith(".java"):
            # a source file, which the compiler of the JDK takes first (JEP 330)
            complete = False
            break
        elif not word.startswith(("-", "@")):
            if not paths and call.folder is not None:
                # a class of the working directory
                paths.append(call.folder)
            break
        assert raw is not None
        at += 1
    return JavaCommand(tuple(dict.fromkeys(paths)), complete)


def _entries(call: Call, value: str) -> Iterator[str]:
    for item in value.strip("\"'").split(":"):
        path = joined(call.folder, item or ".")
        if path is not None:
            yield path


def artifacts_of(command: JavaCommand, candidate: Candidate) -> tuple[Artifact, ...]:
    """What the final stage copies for a `java` command line."""
    found = []
    for path in command.paths:
        if path.endswith(("/*", "/*.jar", "*.jar")):
            found.append(Artifact(path, parent(path), "", folder=True))
        elif path.endswith((".jar", ".war", ".ear", ".zip")):
            found.append(Artifact(path, path))
        else:
            found.append(Artifact(path, path, "classes", folder=True))
    return tuple(found)


def runtime_of(candidate: Candidate) -> Base | None:
    """The image of the Java runtime of the same version, and of the same distribution where its
    JDK has one; None where the image is no JDK, or there is none."""
    if candidate.image is None:
        return None
    name, tag = candidate.image
    facts = candidate.model.facts
    short = facts.name if facts is not None else name
    known = table("java")
    entry = known["images"].get(short)
    if entry is None:
        return None
    text = tag or _listed_tag(short)
    if text is None:
        return None
    for rule in entry["tags"]:
        found = re.fullmatch(rule["tag"], text)
        if found is not None:
            return _first_listed(known["runtime"], rule["becomes"], found)
    return None


def runtime_packages(candidate: Candidate) -> tuple[Package, ...]:
    """The packages with the runtimes of the JDKs that the file installs from its distribution."""
    found: dict[str, Package] = {}
    for _, name in installed(candidate):
        for rule in table("java")["packages"]["rules"]:
            if name is not None and re.fullmatch(rule["name"], name):
                runtime = re.sub(rule["name"], rule["becomes"], name)
                found.setdefault(runtime, Package(runtime, name))
    return tuple(found.values())


def _listed_tag(name: str) -> str | None:
    return Catalogue.load().release_line_tag(name, None).tag


def _first_listed(image: str, forms: list[str], found: re.Match[str]) -> Base | None:
    for form in forms:
        tag = form.format(**{key: value or "" for key, value in found.groupdict().items()})
        if Catalogue.load().entry(image, tag) is not None:
            facts = facts_for(image, tag)
            if facts is not None and facts.family is not None:
                return Base(f"{image}:{tag}", facts.family, None, facts.workdir or "/")
    return None
