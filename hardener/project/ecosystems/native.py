"""Reads a C or C++ project: the programs and libraries that its makefiles name, and its strings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, sources_of

_MOST_BYTES = 512 * 1024
_MOST_FILES = 300
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_GENERATORS = ("CMakeLists.txt", "Makefile.am", "configure.ac", "meson.build")
_MESON = re.compile(r"\bexecutable\s*\(\s*'([\w.+-]+)'")
_MESON_LINKS = re.compile(r"\b(?:dependency|find_library)\s*\(\s*'([\w.+-]+)'")
_MESON_SHARED = re.compile(r"\b(?:shared_library|shared_module|library|both_libraries)\s*\(")
_MESON_INSTALLS = re.compile(r"\b(?:install_data|install_subdir|configure_file|custom_target)\s*\(")
_AUTOCONF = re.compile(
    r"\bAC_CHECK_LIB\(\[?([\w.+-]+)|\bAC_SEARCH_LIBS\(\[?\w+\]?,\s*\[?([\w.+ -]+)"
    r"|\bPKG_CHECK_MODULES\(\[?\w+\]?,\s*\[?([^\]),]+)"
)
_AUTOMAKE = re.compile(r"^(s?bin)_PROGRAMS[ \t]*\+?=[ \t]*([^\n]*)", re.MULTILINE)
_AUTOMAKE_INSTALLS = re.compile(r"^\w+_(?:DATA|LTLIBRARIES|SCRIPTS)[ \t]*\+?=", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_EXECUTABLE = re.compile(r"\badd_executable\s*\(\s*([\w.+-]+|\$\{\w+\})", re.IGNORECASE)
_PROJECT = re.compile(r"\bproject\s*\(\s*([\w.+-]+)", re.IGNORECASE)
_LINKED = re.compile(r"\btarget_link_libraries\s*\(([^)]{0,4000})\)", re.IGNORECASE)
_PACKAGE = re.compile(r"\bfind_package\s*\(\s*([\w-]+)", re.IGNORECASE)
_OUTPUT_NAME = re.compile(r"\b(?:RUNTIME_)?OUTPUT_NAME\s+\"?([\w.+-]+)", re.IGNORECASE)
_SHARED = re.compile(
    r"\badd_library\s*\([^)]{0,400}\b(?:SHARED|MODULE)\b|BUILD_SHARED_LIBS\s+(?:ON|TRUE|1)\b",
    re.IGNORECASE,
)
_INSTALLS = re.compile(
    r"\binstall\s*\(\s*(FILES|DIRECTORY|PROGRAMS|SCRIPT|CODE)\b[^)]{0,4000}\)", re.IGNORECASE
)
_LINK_FLAG = re.compile(r"(?<![\w-])-l([\w+.-]+)")
_TARGET = re.compile(r"^([\w./+$(){} -]{1,400}?)::?(?!=)", re.MULTILINE)
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*[:?+]?=[ \t]*([^\n#]*)", re.MULTILINE)
_OUTPUT_FLAG = re.compile(r"(?<![\w-])-o[ \t]*([\w./+-]+|\$\(\w+\)|\$\{\w+\})")
_VARIABLE = re.compile(r"\$[({](\w+)[)}]")
_FOLDER = re.compile(r"(?:DESTINATION\s+\"?|/|dir\)?/|_)(s?bin)\b")
_PKG_CONFIG = re.compile(
    r"pkg-config((?:[ \t]+[\w.+-]+)+)|pkg_(?:check|search)_modules?\s*\(([^)]{0,4000})\)"
)
_FIND_LIBRARY = re.compile(r"\bfind_library\s*\(\s*\w+\s+(?:NAMES\s+)?([\w.+-]+)", re.IGNORECASE)
_DEFINED = re.compile(r"-D\w+=[\\'\"]*(/[\w./-]+)")
_INSTALL = re.compile(r"\b(?:install|cp|mv|rsync|ln)\b|\$[({]INSTALL")
_OF_DATA = re.compile(r"-m[ \t]*0?644|share|etc|datadir|sysconfdir|libdir")
_FETCHED = re.compile(r"\b(?:FetchContent_Declare|ExternalProject_Add|CPMAddPackage)\b")


@dataclass(frozen=True, slots=True)
class NativeProject:
    """What is built from C and C++ sources.

    Attributes:
        programs: names that a makefile gives programs, paths as written.
        folders: the folders that programs are installed to, below the prefix.
        links: the libraries that they are linked with, as written: behind -l, in find_package.
        cplusplus: whether any source is C++.
        shared: where it makes shared libraries of its own; None where it doesn't.
        installs: where `make install` installs more than programs; None where it doesn't.
        sanitizer: where it is built with the run-time library of a sanitizer (GCC manual,
            Instrumentation Options); None where it isn't.
        fetched: whether sources of others are fetched in the build.
        literals: the strings in its code.
        untraced, runs_programs, plugins: where the code does what can't be traced.
        whole: whether all of its sources were read.
        seen: whether there are any.
    """

    programs: frozenset[str]
    folders: tuple[str, ...]
    links: tuple[str, ...]
    cplusplus: bool
    shared: str | None
    installs: str | None
    sanitizer: str | None
    fetched: bool
    literals: tuple[Literal, ...]
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool
    seen: bool


def read_native(context: BuildContext) -> NativeProject:
    """Read the C and C++ sources and makefiles of a context."""
    sources = sources_of(context, "c")
    known = knowledge()
    programs: set[str] = set()
    links: dict[str, None] = {}
    shared = installs = sanitizer = None
    folders: set[str] = set()
    fetched = False
    literals: list[Literal] = []
    for path, text in _makefiles(context):
        cmake = path.endswith((".txt", ".cmake"))
        if sanitizer is None and ("-fsanitize=" in text or "b_sanitize=" in text):
            sanitizer = f"a sanitizer ({path})"
        if path.endswith("meson.build"):
            programs.update(_MESON.findall(text))
            links.update(dict.fromkeys(_MESON_LINKS.findall(text)))
            shared = shared or (path if _MESON_SHARED.search(text) else None)
            installs = installs or (path if _MESON_INSTALLS.search(text) else None)
            continue
        if path.endswith("configure.ac"):
            for found in _AUTOCONF.finditer(text):
                names = (found[1] or found[2] or found[3]).split()
                links.update(dict.fromkeys(re.split(r"[<>=]", name)[0] for name in names))
            continue
        if path.endswith("Makefile.am"):
            for folder, targets in _AUTOMAKE.findall(text):
                folders.add(folder)
                programs.update(targets.split())
            installs = installs or (path if _AUTOMAKE_INSTALLS.search(text) else None)
        if cmake:
            programs.update(_cmake_programs(text))
            links.update(dict.fromkeys(_cmake_links(text)))
        else:
            programs.update(_make_programs(text))
        links.update(dict.fromkeys(_LINK_FLAG.findall(text)))
        links.update(dict.fromkeys(_configured(text)))
        literals += [Literal(value, path) for value in _DEFINED.findall(text)]
        if (cmake and _SHARED.search(text)) or (not cmake and "-shared" in text):
            shared = shared or path
        if cmake:
            for found in _INSTALLS.finditer(text):
                if "include" not in found[0].lower():
                    installs = installs or f"{found[1]} in {path}"
        elif installs is None and _installs_data(text):
            installs = path
        folders.update(_FOLDER.findall(text))
        fetched = fetched or bool(_FETCHED.search(text))
    return NativeProject(
        frozenset(programs),
        tuple(sorted(folders)) or ("bin",),
        tuple(links),
        any(file.path.endswith(tuple(known["cplusplus"]["endings"])) for file in sources.files),
        shared,
        installs,
        sanitizer,
        fetched,
        (
            *literals,
            *(literal for literal in sources.literals() if not literal.text.endswith(".h")),
        ),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
        bool(sources.files),
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/native.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "native.toml").read_text("utf-8"))


def _makefiles(context: BuildContext) -> Iterator[tuple[str, str]]:
    count = 0
    for entry in sorted(context.files_below(ROOT), key=lambda item: item.path):
        name = entry.path.rpartition("/")[2]
        if name in (*_MAKEFILES, *_GENERATORS) or name.endswith((".mk", ".cmake")):
            count += 1
            if count > _MOST_FILES:
                return
            text = (context.head(entry.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
            yield entry.path, _COMMENT.sub("", text)


def _cmake_programs(text: str) -> Iterator[str]:
    project = _PROJECT.search(text)
    for name in _EXECUTABLE.findall(text):
        if name.startswith("$"):
            if project is not None and name == "${PROJECT_NAME}":
                yield project[1]
        else:
            yield name
    yield from _OUTPUT_NAME.findall(text)


def _cmake_links(text: str) -> Iterator[str]:
    yield from _PACKAGE.findall(text)
    for found in _LINKED.findall(text):
        for word in found.split()[1:]:
            if re.fullmatch(r"[a-z][\w+.-]*", word) and word not in ("optimized", "debug"):
                yield word
            elif "::" in word:
                yield word.partition("::")[0]


def _configured(text: str) -> Iterator[str]:
    """The libraries that pkg-config, CMake's find_library and -fopenmp stand for."""
    for words, arguments in _PKG_CONFIG.findall(text):
        names = words.split() if words else arguments.split()[1:]
        for name in names:
            if not name.startswith("-") and name not in ("REQUIRED", "QUIET", "IMPORTED_TARGET"):
                yield re.split(r"[<>=]", name)[0]
    yield from _FIND_LIBRARY.findall(text)
    if "-fopenmp" in text:
        yield "gomp"


def _installs_data(text: str) -> bool:
    """Whether a makefile has a line that installs something else than a program."""
    return any(_INSTALL.search(line) and _OF_DATA.search(line) for line in text.split("\n"))


def _make_programs(text: str) -> Iterator[str]:
    """The targets of a makefile, and the values of -o, with its variables replaced."""
    values = {name: value.strip() for name, value in _ASSIGNED.findall(text)}

    def replaced(word: str) -> str:
        return _VARIABLE.sub(lambda found: values.get(found[1], ""), word)

    for targets in _TARGET.findall(text):
        yield from (name for name in replaced(targets).split() if name)
    for word in _OUTPUT_FLAG.findall(text):
        yield replaced(word)
