"""Says of any path of a build context whether .dockerignore keeps it out, and by which line.

Source: moby/patternmatcher (patternmatcher.go, ignorefile/ignorefile.go) for the patterns, BuildKit
(frontend/dockerui/config.go) for which file is read, tonistiigi/fsutil (filter.go) for how a
context is walked; tests/project/test_ignorefile_engine.py compares with what Docker does.
"""

from dataclasses import dataclass, field
from itertools import groupby

from hardener.errors import HardenError
from hardener.project.gopath import BadPatternError, clean, refuse_bad_pattern
from hardener.project.goregexp import NotKnownHereError
from hardener.project.ignorepattern import Comparison, Match, any_of, as_go_reads, compile_pattern

# what Go's unicode.IsSpace holds for, which is less than str.strip() takes away
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_PATTERN_LETTERS = frozenset("*[]?^\\")
_LONGEST_LINE = 64 * 1024 - 1


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One line of an ignore file that says something.

    Attributes:
        line: 1-based number of the line.
        text: the line without the white space around it.
        exception: it brings paths back (`!`).
        cleaned: the pattern that is compared, without `!`.
        comparison: with a path itself; raises IgnoreFileError where Docker's build fails.
    """

    line: int
    text: str
    exception: bool
    cleaned: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a path is kept out of the build context, and by what.

    Attributes:
        excluded: it is kept out.
        by: the pattern that decided; None where none matches.
        emptied: it is sent, but as an empty file. Docker judges a file once to list it and once
            more to read it, and not in the same way: a pattern that matches the file's folder is
            left out the first time if the folder is excluded already. `a`, `!a/b`, `a*` list a/b
            and don't read it.
    """

    excluded: bool
    by: IgnorePattern | None
    emptied: bool = False


_IN = Verdict(False, None)


@dataclass(frozen=True, slots=True)
class FolderState:
    """What was found out about a folder, from which its entries are judged.

    Attributes:
        verdict: the folder's own.
        matched: for each run of patterns the one that matched the folder or one above it.
        entered: False if nothing below the folder can be in the context.
    """

    verdict: Verdict
    matched: tuple[IgnorePattern | None, ...] | None
    entered: bool


NO_FOLDER = FolderState(_IN, None, True)
"""The state of the context's root."""


class IgnoreFileError(HardenError):
    """Docker refuses to build with this ignore file."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Patterns that follow each other and are all exceptions, or all none: since the first that
    matches decides for them all, they are compared in one go."""

    exception: bool
    patterns: tuple[IgnorePattern, ...]
    matches: Match

    def first(self, path: str) -> IgnorePattern | None:
        if not self.matches(path):
            return None
        return next(pattern for pattern in self.patterns if pattern.comparison.matches(path))


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one ignore file, in the file's order.

    Attributes:
        path: the file, as messages name it; None if there is no ignore file.
        patterns: what its lines say.
    """

    path: str | None
    patterns: tuple[IgnorePattern, ...]
    _runs: tuple[_Run, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        runs = []
        for exception, group in groupby(self.patterns, key=lambda pattern: pattern.exception):
            patterns = tuple(group)
            matches = any_of([pattern.comparison for pattern in patterns])
            runs.append(_Run(exception, patterns, matches))
        object.__setattr__(self, "_runs", tuple(runs))

    def decide(self, path: str) -> Verdict:
        """Judges one path, relative to the context, with `/` between names (folders too).

        Raises IgnoreFileError where a pattern has to be compared that Docker can't compile.
        """
        state = NO_FOLDER
        for end, char in enumerate(path):
            if char != "/":
                continue
            state = self.folder(path[:end], state)
            if not state.entered:
                return state.verdict
        return self.entry(path, state)

    def entry(self, path: str, parent: FolderState) -> Verdict:
        """Judges a path that is no folder, from the state of the folder it is in.

        Source: moby/patternmatcher, MatchesUsingParentResults.
        """
        by: IgnorePattern | None = None
        excluded = False
        above = parent.matched
        for number, run in enumerate(self._runs):
            # a run that can't change anything any more isn't compared
            if run.exception == excluded:
                found = (above[number] if above is not None else None) or run.first(path)
                if found is not None:
                    excluded, by = not run.exception, found
        if by is None:
            return _IN
        return Verdict(excluded, by, not excluded and above is not None and self._unread(path))

    def folder(self, path: str, parent: FolderState) -> FolderState:
        """Judges a folder, from the state of the folder it is in."""
        by: IgnorePattern | None = None
        excluded = False
        above = parent.matched
        matched: list[IgnorePattern | None] = []
        for number, run in enumerate(self._runs):
            found = above[number] if above is not None else None
            if run.exception == excluded:
                found = found or run.first(path)
                if found is not None:
                    excluded, by = not run.exception, found
            matched.append(found)
        verdict = Verdict(excluded, by) if by is not None else _IN
        return FolderState(verdict, tuple(matched), not excluded or self._reaches_below(path))

    def _unread(self, path: str) -> bool:
        """Whether Docker refuses to open a file that it listed.

        Source: moby/patternmatcher, MatchesOrParentMatches, by which fsutil's filter opens files.
        """
        paths = [path, *(path[:end] for end, char in enumerate(path) if char == "/")]
        excluded = False
        for run in self._runs:
            if run.exception == excluded and any(run.matches(place) for place in paths):
                excluded = not run.exception
        return excluded

    def _reaches_below(self, folder: str) -> bool:
        """Whether an exception might bring something back from below an excluded folder.

        Source: tonistiigi/fsutil, filter.go, which skips the folder where none can.
        """
        starts = [
            pattern.cleaned.removesuffix("/**").removesuffix("/*") + "/"
            for run in self._runs
            if run.exception
            for pattern in run.patterns
        ]
        return any(
            start.startswith(folder + "/") or not _PATTERN_LETTERS.isdisjoint(start)
            for start in starts
        )


def parse_ignore_file(content: bytes, path: str | None = None) -> IgnoreFile:
    """Reads the bytes of an ignore file; `path` is how messages name it.

    Raises IgnoreFileError, with the line, for a pattern Docker refuses before it walks the context.
    """
    patterns = []
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if len(raw) > _LONGEST_LINE:
            raise IgnoreFileError(
                "line of 64 KiB or more, which Docker does not read. Split it",
                path=path,
                line=number,
            )
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        line = as_go_reads(raw.removesuffix(b"\r").decode("utf-8", "surrogateescape"))
        pattern = _pattern(line, number, path)
        if pattern is not None:
            patterns.append(pattern)
    _refuse_control_characters(patterns, path)
    return IgnoreFile(path, tuple(patterns))


def _refuse_control_characters(patterns: list[IgnorePattern], path: str | None) -> None:
    """Docker hands the patterns on in a header that takes only printable ASCII, and encodes them
    only if one of them has another letter."""
    if not all(pattern.cleaned.isascii() for pattern in patterns):
        return
    for pattern in patterns:
        if not pattern.cleaned.isprintable():
            raise IgnoreFileError(
                "control character inside a pattern, which Docker refuses. Remove it",
                path=path,
                line=pattern.line,
            )


NO_IGNORE_FILE = IgnoreFile(None, ())


def _pattern(line: str, number: int, path: str | None) -> IgnorePattern | None:
    if line.startswith("#"):
        return None
    text = line.strip(_SPACES)
    if not text:
        return None
    cleaned = _cleaned_when_read(text).strip(_SPACES)
    if not cleaned:
        return None
    # the second cleaning, by the matcher, takes the `!` for a part of the first name
    cleaned = clean(cleaned)
    exception = cleaned.startswith("!")
    if exception:
        cleaned = cleaned[1:]
        if not cleaned:
            raise IgnoreFileError(
                "'!' without a pattern, which Docker refuses. Remove the line",
                path=path,
                line=number,
            )

    def refusal(problem: ValueError) -> IgnoreFileError:
        who = "hardener can't read" if isinstance(problem, NotKnownHereError) else "Docker refuses"
        message = f"pattern '{text}' has {problem}, which {who}. Mend the line or remove it"
        return IgnoreFileError(message, path=path, line=number)

    try:
        refuse_bad_pattern(cleaned)
    except BadPatternError as error:
        raise refusal(error) from error
    return IgnorePattern(number, text, exception, cleaned, compile_pattern(cleaned, refusal))


def _cleaned_when_read(text: str) -> str:
    inverted = text.startswith("!")
    pattern = text[1:].strip(_SPACES) if inverted else text
    if pattern:
        pattern = clean(pattern)
        if len(pattern) > 1:
            pattern = pattern.removeprefix("/")
    return "!" + pattern if inverted else pattern
