"""copy-instead-of-add: what is only copied is copied by COPY.

What it does
    ADD of files and folders of the build context becomes COPY. Flags, letter case and spacing
    stay. ONBUILD ADD and ADD with here-documents too.

Why
    ADD also downloads and unpacks: a source that turns into an archive or a URL one day is
    treated in another way without a word, and a reader has to know which of the three is meant.
    Source: CIS Docker Benchmark 4.9, "Ensure that COPY is used instead of ADD"; Docker docs,
    "Building best practices", ADD or COPY; hadolint DL3020.

Before and after
    -ADD app.py /srv/
    +COPY app.py /srv/

When it is left alone, with the reason
    - an archive that ADD unpacks. With the build context at hand its first bytes tell (tar, or
      tar packed by gzip, bzip2, xz or zstd); without it, its name. A zip isn't unpacked.
    - a URL or a git repository, or a flag that only ADD has (--checksum, --keep-git-dir,
      --unpack);
    - a variable, or a pattern, that may come to one of these.
    One ADD with sources of both kinds is left alone as well: it wants to be two instructions.

How to turn it off
    # harden: ignore[copy-instead-of-add] reason      above the instruction
    skip = ["copy-instead-of-add"]                     in harden.toml or [tool.harden]
"""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Instruction
from hardener.project.archives import HEAD_BYTES, archive_by_name, local_archive
from hardener.project.context import BuildContext
from hardener.transforms.model import Advice, Change, Finding, Subject, Transform

# BuildKit, frontend/dockerfile/instructions/parse.go: flags of ADD that COPY doesn't take
_ONLY_ADD = ("checksum", "keep-git-dir", "unpack")
# BuildKit, dockerfile2llb (isHTTPSource) and util/gitutil (ParseGitRef)
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")


def look(subject: Subject) -> Iterator[Finding]:
    """Every ADD."""
    for stage in subject.dockerfile.stages:
        for instruction in stage.instructions:
            add = instruction.inner or instruction
            if add.name == "ADD":
                yield from _judge(subject, instruction, add)


def _judge(subject: Subject, instruction: Instruction, add: Instruction) -> Iterator[Finding]:
    sources = _sources(add)
    own = next((flag.name for flag in add.flags if flag.name in _ONLY_ADD), None)
    if own is not None or any(source.startswith(_REMOTE) for source in sources):
        yield from _remote(instruction, add, own)
        return
    doubts = [(source, doubt) for source in sources if (doubt := _doubt(source, subject.context))]
    word = add.keyword.of(subject.dockerfile.text)
    if doubts:
        source, doubt = doubts[0]
        mixed = len(doubts) < len(sources)
        split = "; give it an ADD of its own and COPY the others" if mixed else ""
        yield Advice(instruction, f"ADD stays: {source} {doubt}{split}")
    elif word.upper() != "ADD":
        yield Advice(instruction, "ADD stays: the keyword is broken over two lines. Write COPY")
    else:
        yield Change(
            instruction,
            f"ADD -> COPY: {_named(sources)} only copied",
            (Edit(add.keyword.start, add.keyword.end, _in_case_of(word)),),
        )


def _sources(add: Instruction) -> list[str]:
    words = add.json or tuple(word.value for word in add.words())
    return [word for word in words[:-1] if not word.startswith("<<")]


def _named(sources: list[str]) -> str:
    if not sources:
        return "here-documents are"
    return f"{sources[0]} is" if len(sources) == 1 else f"{sources[0]} and others are"


def _in_case_of(word: str) -> str:
    """COPY, written as the ADD it stands for."""
    if word.islower():
        return "copy"
    return "Copy" if word.istitle() else "COPY"


def _remote(instruction: Instruction, add: Instruction, own: str | None) -> Iterator[Advice]:
    """ADD of what isn't in the build context: right, but for a download nobody verifies."""
    sources = _sources(add)
    plain = [source for source in sources if not source.startswith(_REMOTE)]
    if plain and len(plain) < len(sources):
        yield Advice(instruction, f"ADD stays: it downloads too; COPY {plain[0]} on its own")
    elif own is None and any(_is_download(source) for source in sources):
        yield Advice(
            instruction,
            "ADD stays, as COPY downloads nothing; what it downloads is used unverified: "
            "add --checksum=sha256:…",
        )


def _is_download(source: str) -> bool:
    """A file by HTTP; a git repository is verified by naming a commit."""
    path = source.partition("#")[0]
    return source.startswith(("http://", "https://")) and not path.endswith(".git")


def _doubt(source: str, context: BuildContext | None) -> str | None:
    """Why ADD may do more with this source than copy it; None where it can't."""
    if "$" in source:
        return _doubt_of_variable(source)
    if context is not None and (found := context.sources(source)):
        return _doubt_of_files(found, context)
    return _doubt_of_name(source)


def _doubt_of_variable(source: str) -> str | None:
    """A variable can't make a URL where a path stands before it, nor an archive where a harmless
    ending stands behind it."""
    behind = source.rpartition("}")[2] if "}" in source else source.rpartition("$")[2]
    _, dot, ending = behind.rpartition("/")[2].rpartition(".")
    if source.startswith("$") or not dot or archive_by_name(f"x.{ending}") != "file":
        what = "an archive or a URL" if source.startswith("$") else "an archive"
        return f"may come to {what}; write COPY if it never does"
    return None


def _doubt_of_files(paths: tuple[str, ...], context: BuildContext) -> str | None:
    for path in paths:
        named = "is" if len(paths) == 1 else f"matches {path}, which is"
        entry = context.entry(path)
        if entry is None or entry.kind != "file":
            continue
        head = context.head(path, HEAD_BYTES)
        verdict = None if head is None else local_archive(head, entry.size)
        if verdict is True:
            return f"{named} an archive, which ADD unpacks and COPY doesn't"
        if verdict is None:
            return f"{named} perhaps an archive, which ADD unpacks; write COPY if it is none"
    return None


def _doubt_of_name(source: str) -> str | None:
    name = source.rstrip("/").rpartition("/")[2]
    if source.endswith("/") or name in ("", ".", ".."):
        return None
    verdict = archive_by_name(name)
    if verdict == "archive":
        return "is an archive by its name, which ADD unpacks and COPY doesn't"
    if verdict == "unclear" or name.endswith(("*", "?", "]")):
        return "may be an archive, which ADD unpacks; write COPY if it never is"
    return None


TRANSFORM = Transform(
    name="copy-instead-of-add",
    summary="Use COPY where ADD would do nothing but copy.",
    level="safe",
    look=look,
    changes=frozenset({"keywords"}),
)
