"""Whether images that are built from a context, or the containers, need something in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from hardener.analysis.calls import Call
from hardener.analysis.intake import (
    Intake,
    Paths,
    Place,
    Source,
    clone_target,
    literal_segments,
    stands_in,
)
from hardener.analysis.paths import joined
from hardener.analysis.remade import Remaking, Wanted
from hardener.project.contents import TELLING, Contents, Found
from hardener.project.context import ROOT, BuildContext
from hardener.project.discovery import is_dockerfile_name
from hardener.project.gitrules import GitRules
from hardener.project.ignorable import Kind, Tool, ignorable
from hardener.project.mentions import (
    Text,
    Texts,
    as_ending,
    as_folder,
    in_path,
    read_texts,
    word,
)
from hardener.project.overlap import Relation

# git's commands that look at no repository of the context
_WITHOUT_REPOSITORY = {"clone", "config", "init", "ls-remote", "version", "credential", "help"}
_HOME = re.compile(r"/root|/home/[^/]+")
_MAKES_USER = re.compile(rb"useradd|adduser|usermod|passwd")
_HOME_OPTION = rb"(?:\s-[dh]|\s--home(?:-dir)?)[=\s]{0,9}[\"']?"
_STAMPS = re.compile(rb"-buildvcs(?:=(?:true|1)\b|(?![\w=]))")
_RUNS_JAVASCRIPT = re.compile(
    rb"(?<![\w-])(?:node|nodejs|npm|npx|yarn|pnpm|bun|bunx|deno)(?![\w-])"
)
_TOO_MUCH = "there is too much text in the context to see whether something reads it"


class Needs:
    """What is known of how the things in one context are used.

    Each question about something found is answered by the reason why it is needed, in words that
    go on behind "because", or by None where it is seen not to be.
    """

    def __init__(self, contents: Contents, intake: Intake) -> None:
        self.contents = contents
        self.intake = intake
        self.sources = tuple(_with_links(source, contents.context) for source in intake.sources)
        self._git = GitRules(contents.context.folder)
        self._remaking = Remaking(intake)
        # many Dockerfiles of one context take the same
        self._alike: dict[Paths, list[Source]] = {}
        for source in self.sources:
            self._alike.setdefault(source.paths, []).append(source)
        self._related: dict[str, dict[Relation, list[Source]]] = {}

    def takers(self, item: Found) -> list[Source]:
        """The sources that take a folder, or the whole context, in which the item is."""
        return self._relations(item)["inside"]

    def namer(self, item: Found) -> Source | None:
        """A source that names the item, or something in it."""
        for source in self._relations(item)["covers"]:
            if source.known:
                return source
            # nobody means a variable to stand for such a thing
            if not item.kind.never and self._may_name(source, item):
                return source
        return None

    def _relations(self, item: Found) -> dict[Relation, list[Source]]:
        """The sources by how they stand to the item."""
        if item.path not in self._related:
            found: dict[Relation, list[Source]] = {"equal": [], "covers": [], "inside": []}
            for sources in self._alike.values():
                for relation in sources[0].relations(item.path):
                    found[relation] += sources
            self._related[item.path] = found
        return self._related[item.path]

    def _may_name(self, source: Source, item: Found) -> bool:
        files = self.contents.inside(item) if item.there else []
        paths = [item.path, *(path for path, _ in files)]
        return any(not {"equal", "inside"}.isdisjoint(source.relations(path)) for path in paths)

    def is_local(self, item: Found) -> bool | None:
        """Whether it is of this machine only, not of the repository; None where that can't be
        told. Of what isn't there: whether git would ignore it."""
        if item.there:
            return self._git.local(item.path, folder=item.folder)
        return self._git.ignored(item.path, folder=item.folder)

    def unremade(self, item: Found, names: Sequence[str]) -> str | None:
        """Whether a stage that gets it doesn't make it itself, by commands of these tools."""
        tools = _tools(names)
        for source, place in self._ends(item):
            wanted = Wanted(
                item.path[len(item.parent) + 1 :] if item.parent != ROOT else item.path,
                item.parent,
                frozenset(self.contents.workspaces),
                self._is_only_manifest(item),
            )
            parent = source.place(item.parent)
            if not self._remaking.makes(place, wanted, parent, tools):
                return f"no RUN makes it in the stage that {source.where} copies it to"
        return None

    def unreplaced(self, item: Found) -> str | None:
        """Whether a virtual environment is used, or nothing is installed in its place."""
        if self.unremade(item, item.kind.makers) is None:
            return None
        name = item.path.rpartition("/")[2]
        named = self._texts_of_dockerfiles.find(word(name), near=name.encode(), among=_every)
        if named is not None:
            return f"{named} names it"
        for _, place in self._ends(item):
            if not any(self._remaking.calls(place, tool) for tool in _tools(item.kind.tools)):
                return "no RUN installs what it holds"
        return None

    def javascript(self, item: Found) -> str | None:
        """Whether anything could use packages of JavaScript."""
        if "node" in self.contents.ecosystems:
            return "package.json speaks of it and no RUN installs it"
        if _RUNS_JAVASCRIPT.search(self.intake.commands):
            return "a Dockerfile runs JavaScript and no RUN installs it"
        return self.mention(item)

    def history(self, item: Found) -> str | None:
        """Whether something reads the repository."""
        for source, place in self._ends(item):
            found = self._git_call(place, source.place(item.parent))
            if found is not None:
                return f"{found} runs git"
        if _STAMPS.search(self.intake.commands):
            return "go build stamps the program with the commit (-buildvcs)"
        return self._reader("history", _is_no_prose) or self._unread()

    def environment(self, item: Found) -> str | None:
        """Whether something loads a file of environment variables."""
        loaded = self._reader("environment", _is_no_prose)
        if loaded is not None:
            return loaded
        name = item.path.rpartition("/")[2]
        near = name.encode("utf-8", "replace")
        found = self._all_texts.find(word(name), near=near, among=_is_no_prose)
        return f"{found} names it" if found is not None else self._unread()

    def mention(self, item: Found) -> str | None:
        """Whether the name stands where something may read it by that name, or something looks for
        it without being told."""
        path, kind = item.path, item.kind
        unasked = self._program(kind) or (self._home(item) if kind.home else None)
        if unasked is not None:
            return unasked
        folder, _, name = path.rpartition("/")
        near = name.encode("utf-8", "replace")
        among = _every if kind.mention == "anywhere" else _is_no_prose
        if kind.mention == "path":
            found = self._all_texts.find(word(name), near=near, among=_is_shell)
            found = found or self._all_texts.find(in_path(name), near=near, among=_is_code)
        else:
            found = self._all_texts.find(word(name), near=near, among=among)
        if found is None and kind.mention == "anywhere":
            stem, dot, ending = name.rpartition(".")
            if stem and dot:
                wanted, near = as_ending(f".{ending}"), f".{ending}".encode("utf-8", "replace")
                found = self._all_texts.find(wanted, near=near, among=_is_no_prose)
            if found is None and folder:
                above = folder.rpartition("/")[2]
                near = above.encode("utf-8", "replace")
                found = self._all_texts.find(as_folder(above), near=near, among=_is_no_prose)
        return f"{found} may name it" if found is not None else self._unread()

    def _program(self, kind: Kind) -> str | None:
        """Whether a Dockerfile names a program that looks for such a thing."""
        for name in sorted(kind.programs):
            for path, dockerfile in self.intake.dockerfiles:
                if word(name).search(dockerfile.text.encode("utf-8", "surrogateescape")):
                    return f"{path} names {name}, which looks for it"
        return None

    def _home(self, item: Found) -> str | None:
        """Whether it is copied to a home folder, or perhaps to one."""
        for source in self.takers(item):
            folder = source.place(item.parent)
            if folder is None:
                return f"{source.where} may copy it to a home folder, where programs look for it"
            if _HOME.fullmatch(folder) or any(
                _sets_home(text.content, folder) for text in self.intake.texts
            ):
                return f"{source.where} copies it to a home folder, where programs look for it"
        return None

    def unmigrated(self) -> str | None:
        """Whether nothing makes the tables of a database that isn't there."""
        words = ignorable().migrations
        if self._all_texts.words(words, _is_no_prose):
            return None
        return "nothing seems to make its tables when it isn't there"

    def empties_folder(self, item: Found) -> str | None:
        """Whether its folder would no longer be there without it."""
        folder = item.path.rpartition("/")[0]
        if not folder or folder in self._folders:
            return None
        return "its folder holds nothing else and would be missing in the image"

    @cached_property
    def _folders(self) -> frozenset[str]:
        """All folders that hold a file that stays, at any depth."""
        found: set[str] = set()
        for path, _ in self.contents.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    def _ends(self, item: Found) -> Iterator[tuple[Source, Place]]:
        for source in self.takers(item):
            for place in self.intake.ends(source.at):
                yield source, place

    def _is_only_manifest(self, item: Found) -> bool:
        worlds = (self.contents.ecosystems.get(name, []) for name in item.kind.ecosystems)
        folders = [folder for found in worlds for folder in found]
        return folders == [item.parent] or (not folders and item.parent == ROOT)

    def _git_call(self, place: Place, parent: str | None) -> str | None:
        """Where a stage runs git in the folder that .git is copied to, or below it."""
        clones: list[str] = []
        for step, run in self.intake.runs(place, "git"):
            where = self.intake.where(place, step.instruction)
            if not run.code.complete:
                value = step.instruction.value.encode("utf-8", "replace")
                if self._is_read(Text(where, value, instruction="SHELL")):
                    return where
            unsure = False
            for call in run.calls:
                if call.name != "git":
                    continue
                target = clone_target(call)
                clones += [] if target is None else [target]
                unsure = unsure or "clone" in call.args
                folder = _folder_of(call)
                inside = any(folder and stands_in(folder, clone) for clone in clones)
                if folder is None and unsure:
                    continue
                if _looks_at_repository(call) and not inside and stands_in(folder, parent or "/"):
                    return where
        return None

    def _is_read(self, text: Text) -> bool:
        readers = (reader for reader in ignorable().readers if reader.of == "history")
        texts = Texts((text,), complete=True)
        return any(texts.read_by(reader, _every) for reader in readers if not reader.names.patterns)

    def _reader(self, of: str, among: Callable[[Text], bool]) -> str | None:
        for reader in ignorable().readers:
            if reader.of != of:
                continue
            found = self._context_texts.read_by(reader, among)
            if found is None and not reader.names.patterns:
                found = self._texts_of_dockerfiles.read_by(reader, among)
            if found is not None:
                return f"{found} {reader.what}"
        return None

    def _unread(self) -> str | None:
        return None if self._context_texts.complete else _TOO_MUCH

    @cached_property
    def _texts_of_dockerfiles(self) -> Texts:
        return Texts(self.intake.texts, complete=True)

    @cached_property
    def _context_texts(self) -> Texts:
        telling = list(self.contents.hidden)
        for item in self.contents.found:
            if item.kind.section in TELLING or item.name.startswith(".env"):
                telling += self.contents.inside(item)
        # Dockerfiles are read as such
        others = [file for file in telling if not is_dockerfile_name(file[0].rpartition("/")[2])]
        files = [*self.contents.files, *others]
        folder = self.contents.context.folder
        return read_texts(folder, files, ignorable().search, self.intake.commands)

    @cached_property
    def _all_texts(self) -> Texts:
        texts = self._context_texts
        return Texts((*self.intake.texts, *texts.texts), texts.complete)


def _every(_: Text) -> bool:
    return True


def _is_no_prose(text: Text) -> bool:
    return not text.prose


def _is_code(text: Text) -> bool:
    return text.code and not text.prose


def _is_shell(text: Text) -> bool:
    return text.shell and not text.prose


def _sets_home(text: bytes, folder: str) -> bool:
    """Whether an instruction makes a folder of the image someone's home, or perhaps does."""
    path = re.escape(folder.encode("utf-8", "replace")) + rb"(?![\w./-])"
    if re.search(rb"HOME[=\s]{1,9}[\"']?" + path, text):
        return True
    if not _MAKES_USER.search(text):
        return False
    return bool(re.search(_HOME_OPTION + rb"(?:\$|" + path + rb")|:" + path, text))


def _with_links(source: Source, context: BuildContext) -> Source:
    """The source with the places that its symbolic links lead to."""
    if source.whole or not source.known:
        return source
    found = context.sources("/".join(source.paths[0]))
    ends = {context.resolve(path) or path for path in found}.difference(found)
    return replace(source, paths=(*source.paths, *map(literal_segments, sorted(ends))))


def _tools(names: Sequence[str]) -> tuple[Tool, ...]:
    return tuple(ignorable().tools[name] for name in names)


def _folder_of(call: Call) -> str | None:
    option = call.option("-C")
    return call.folder if option is None else joined(call.folder, option)


def _looks_at_repository(call: Call) -> bool:
    operands = call.operands("-C", "-c", "--git-dir", "--work-tree")
    return not operands or operands[0] not in _WITHOUT_REPOSITORY
