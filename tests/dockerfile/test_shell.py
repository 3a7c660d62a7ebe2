"""Shell code is read as a shell reads it: words, structure, what runs what, and where it stands."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardener.dockerfile.parse import parse
from hardener.dockerfile.shell import (
    Command,
    Compound,
    Effective,
    Script,
    Word,
    dialect_of,
    effective_commands,
    options_at,
    options_of_shell,
    read_exec_form,
    read_script,
    shebang_of,
    unwrap,
)
from hardener.files import decode
from tests.conftest import CorpusFile


def shown(word: Word) -> str:
    """A word as the outlines below show it: unknown values in angle brackets."""
    if word.value is None:
        return f"<{word.text}>"
    return word.value if word.value and " " not in word.value else f"'{word.value}'"


def line(step: Command | Compound) -> str:
    """A step in one line: its connector, what it is, its redirects, and how it is joined."""
    parts = [step.connector.replace("\n", "\\n")] if step.connector else []
    if isinstance(step, Compound):
        parts += [f"{step.kind}:", *filter(None, [step.name]), *map(shown, step.words)]
    else:
        parts += [f"{item.name}={shown(item.value)}" for item in step.assignments]
        parts += map(shown, step.words)
    for redirect in step.redirects:
        descriptor = "" if redirect.descriptor is None else redirect.descriptor
        parts.append(f"{descriptor}{redirect.operator}{shown(redirect.target)}")
        parts += [repr(redirect.body.text)] if redirect.body else []
    marks = {
        f"({step.part})": step.part,
        "(!)": step.negated,
        "(&)": step.background,
        "(?)": step.conditional,
    }
    return "  " * len(step.within) + " ".join([*parts, *(mark for mark, on in marks.items() if on)])


def outline(script: Script) -> list[str]:
    return [line(step) for step in script.steps]


STRUCTURES = {
    "words of one command": ("apt-get install -y curl", ["apt-get install -y curl"]),
    "and-list at the end": ("a && b && c", ["a", "&& b", "&& c"]),
    "or-list": ("a || b", ["a", "|| b (?)"]),
    "and-or mixed": ("a && b || c", ["a", "&& b (?)", "|| c (?)"]),
    "sequence": ("a; b\nc", ["a", "; b", "\\n c"]),
    "and-list before the end": ("a && b; c", ["a", "&& b (?)", "; c"]),
    "background": ("a && b & c", ["a (&)", "&& b (&) (?)", "& c"]),
    "pipeline": ("a | b |& c && d", ["a", "| b", "|& c", "&& d"]),
    "negation covers the pipeline": ("! a | b && c", ["a (!)", "| b (!)", "&& c"]),
    "comments": ("a # b; c\n# d\ne", ["a", "\\n e"]),
    "continued lines": ("a \\\n  b \\\n && c", ["a b", "&& c"]),
    "CRLF": ("a \\\r\n  b\r\nc", ["a b", "\\n c"]),
    "lines behind a long pipeline": (
        "a | b | c 1\nd e # i\n\n# f\ng && h",
        ["a", "| b", "| c 1", "\\n d e", "\\n g", "&& h"],
    ),
    "operator at the end of a line": ("a &&\n# c\n b", ["a", "&& b"]),
    "last line ends in a backslash": ("a && b \\\n", ["a", "&& b"]),
    "subshell and its redirect": (
        "(a; b) > f && c",
        ["subshell: >f", "  a", "  ; b", "&& c"],
    ),
    "list in a subshell that decides": ("(a && b) && c", ["subshell:", "  a", "  && b", "&& c"]),
    "list in a subshell before a pipe": (
        "(a && b) | c",
        ["subshell:", "  a", "  && b (?)", "| c"],
    ),
    "group": ("{ a; b; } || c", ["group:", "  a", "  ; b", "|| c (?)"]),
    "a redirect goes to the last command": ("a && b > f", ["a", "&& b >f"]),
    "a redirect before the name": ("> f a b", ["a b >f"]),
    "a redirect between words": ("a > f b 2>&1 c", ["a b c >f 2>&1"]),
    "all kinds of redirects": (
        "a <i >>o 2>e <>b >|c &>d &>>g >&2 <&3 <<<h",
        ["a <i >>o 2>e <>b >|c &>d &>>g >&2 <&3 <<<h"],
    ),
    "a redirect alone": ("a; > f", ["a", "; >f"]),
    "if": (
        "if a && b; then c; elif d; then e; else f; fi > g",
        [
            "if: >g",
            "  a (condition)",
            "  && b (condition) (?)",
            "  c (then) (?)",
            "  d (elif) (?)",
            "  e (then) (?)",
            "  f (else) (?)",
        ],
    ),
    "negated if": ("if ! a; then b; fi", ["if:", "  a (condition) (!)", "  b (then) (?)"]),
    "while reading a file": (
        "while read -r l; do a; done < f",
        ["while: <f", "  read -r l (condition)", "  a (body) (?)"],
    ),
    "until": ("until a; do b; done", ["until:", "  a (condition)", "  b (body) (?)"]),
    "for": (
        'for i in a $b "$(c)"; do d; done',
        [
            "for: i a <$b> <$(c)>",
            "  substitution: (condition)",
            "    c",
            "  d (body) (?)",
        ],
    ),
    "for without words": ("for i; do a; done", ["for: i", "  a (body) (?)"]),
    "arithmetic for": ("for ((i=0; i<$n; i++)); do a; done", ["for:", "  a (body) (?)"]),
    "select": ("select x in a b; do c; done", ["select: x a b", "  c (body) (?)"]),
    "case": (
        'case "$x" in a|"$b") c ;; (*) d && e;; esac',
        ["case: <$x>", "  c (body) (?)", "  d (body) (?)", "  && e (body) (?)"],
    ),
    "function": (
        "f() { a; } > g; f",
        ["function: f", "  group: >g (body) (?)", "    a (?)", "; f"],
    ),
    "function with the keyword": (
        "function f { a; }",
        ["function: f", "  group: (body) (?)", "    a (?)"],
    ),
    "assignments before a command": ('A=1 B="x y" c d=e', ["A=1 B='x y' c d=e"]),
    "assignments alone": ("A=1 B= && C+=2", ["A=1 B=''", "&& C=2"]),
    "an array": ("A=(a b) c", ["A=<(a b)> c"]),
    "export": (
        'export -n A=b "C=$d" E',
        ["A=b C=<$d> export -n A=b <C=$d> E"],
    ),
    "unset": ("unset A", ["unset A"]),
    "test brackets": ('[ ! -f "$a" ] && b', ["[ ! -f <$a> ]", "&& b"]),
    "double brackets": ("[[ a == b* && ! ( -n $c ) ]]", ["[[ a == b* && ! ( -n <$c> ) ]]"]),
    "arithmetic command": ("((a > $b)) && c", ["(( <a > $b> ))", "&& c"]),
    "substitutions": (
        'a "$(b | c)" `d`',
        ["a <$(b | c)> <`d`>", "substitution:", "  b", "  | c", "substitution:", "  d"],
    ),
    "two substitutions in backticks": (
        "a `b c` `d`",
        ["a <`b c`> <`d`>", "substitution:", "  b c", "substitution:", "  d"],
    ),
    "a substitution in a conditional command": (
        "a || b $(c)",
        ["a", "|| b <$(c)> (?)", "substitution: (?)", "  c (?)"],
    ),
    "process substitution": (
        "a <(b) >(c)",
        ["a <<(b)> <>(c)>", "substitution:", "  b", "substitution:", "  c"],
    ),
    "comment in backticks between lines": (
        "apt-get install a `# why` \\\n b",
        ["apt-get install a b"],
    ),
    "comment in backticks as a command": ("a && `# b` && c", ["a", "&&", "&& c"]),
    "here-document": ("cat <<EOF > f\nx\nEOF\na", ["cat <<EOF 'x\\n' >f", "\\n a"]),
    "here-document, then more on its line": (
        "cat <<EOF | a && b; c\nx\nEOF\nd",
        ["cat <<EOF 'x\\n'", "| a", "&& b (?)", "; c", "\\n d"],
    ),
    "here-document right before a semicolon": (
        "cat <<EOF; a\nx\nEOF\n",
        ["cat <<EOF 'x\\n'", "; a"],
    ),
    "two here-documents": (
        "cat <<A <<-'B'\nx\nA\n\ty\n\tB\nz",
        ["cat <<A 'x\\n' <<-B 'y\\n'", "\\n z"],
    ),
    "here-document before the name": ("<<EOF cat\nx\nEOF", ["cat <<EOF 'x\\n'"]),
    "here-document with expansions": (
        'cat <<EOF\n$a \\$b $(c $d) "e\nEOF\nf',
        ["cat <<EOF '$a $b $(c $d) \"e\\n'", "substitution:", "  c <$d>", "\\n f"],
    ),
    "here-document that looks like commands": (
        "cat <<'EOF'\nrm -rf / && (\n\"$(x)`\nEOF\na",
        ["cat <<EOF 'rm -rf / && (\\n\"$(x)`\\n'", "\\n a"],
    ),
    "here-document in a substitution": (
        'a "$(cat <<EOF\nx\nEOF\n)" && b',
        ["a <$(cat <<EOF\nx\nEOF\n)>", "substitution:", "  cat <<EOF 'x\\n'", "&& b"],
    ),
    "here-document of a loop": (
        "while read l; do a; done <<EOF\nx\nEOF",
        ["while: <<EOF 'x\\n'", "  read l (condition)", "  a (body) (?)"],
    ),
    "here-document without its end": ("cat <<EOF\nx", ["cat <<EOF 'x'"]),
    "shifts are no here-documents": (
        "echo $((1<<2)) '<<A' \"<<B\" # <<C\na",
        ["echo <$((1<<2))> <<A <<B", "\\n a"],
    ),
    "a variable behind another and a slash": ("rm /$A/$B-c", ["rm </$A/$B-c>"]),
    "nothing": ("  \n# x\n", []),
}


@pytest.mark.parametrize(("code", "expected"), STRUCTURES.values(), ids=STRUCTURES)
def test_structure(code: str, expected: list[str]) -> None:
    script = read_script(code)
    assert (script.problem, outline(script)) == ("", expected)


WORDS: dict[str, tuple[str, str, str | None, tuple[str, ...]]] = {
    "plain": ("a-b.c/d:e@f=g", "a-b.c/d:e@f=g", "a-b.c/d:e@f=g", ()),
    "not ASCII": ("é😀\u2028", "é😀\u2028", "é😀\u2028", ()),
    "single quotes": ("'a $b \\n'", "a $b \\n", "a $b \\n", ()),
    "double quotes": ('"a \\"b\\" \\$c \\d"', 'a "b" $c \\d', 'a "b" $c \\d', ()),
    "empty": ("''", "", "", ()),
    "pieces": ("a'b'\"c\"\\d", "abcd", "abcd", ()),
    "escaped blank": ("a\\ b", "a b", "a b", ()),
    "only an escaped blank": ("\\ ", " ", " ", ()),
    "continued within a word": ("a\\\nb", "ab", "ab", ()),
    "continued in single quotes": ("'a\\\nb'", "a\\\nb", "a\\\nb", ()),
    "variable": ("$A", "$A", None, ("A",)),
    "variables in quotes": ('"x $A ${B}"', "x $A ${B}", None, ("A", "B")),
    "default that reads another": ("${A:-/$B}", "${A:-/$B}", None, ("A", "B")),
    "suffix taken off": ("${A%%.*}", "${A%%.*}", None, ("A",)),
    "length": ("${#A}", "${#A}", None, ("A",)),
    "array item": ("${A[1]}", "${A[1]}", None, ("A",)),
    "special variables": ('"$@"$?$1', "$@$?$1", None, ("@", "?", "1")),
    "escaped dollar": ("\\$A", "$A", "$A", ()),
    "dollar alone": ('"$"$', "$$", "$$", ()),
    "substitution reads for its own command": ("$(a $A)", "$(a $A)", None, ()),
    "arithmetic": ("$((A + $B))", "$((A + $B))", None, ("A", "B")),
    "star": ("a*", "a*", None, ()),
    "quoted star": ("'a*'", "a*", "a*", ()),
    "bracket": ("[ab]", "[ab]", None, ()),
    "one bracket": ("a[b", "a[b", "a[b", ()),
    "braces": ("{a,b}", "{a,b}", None, ()),
    "braces of find": ("{}", "{}", "{}", ()),
    "tilde": ("~/a", "~/a", None, ()),
    "tilde within": ("a~", "a~", "a~", ()),
    "version constraint": ("'a>=1,<2'", "a>=1,<2", "a>=1,<2", ()),
    "ANSI-C quotes": ("$'a\\n'", "$'a\\n'", None, ()),
    "localised quotes": ('$"a $B"', '$"a $B"', None, ("B",)),
    "comment sign within": ("a#b", "a#b", "a#b", ()),
    "carriage return within": ("a\rb", "a\rb", "a\rb", ()),
    "lone surrogate": ("a\udce9", "a\udce9", "a\udce9", ()),
}


@pytest.mark.parametrize(("raw", "text", "value", "variables"), WORDS.values(), ids=WORDS)
def test_word(raw: str, text: str, value: str | None, variables: tuple[str, ...]) -> None:
    script = read_script(f"echo {raw} end")
    assert script.problem == ""
    echo, word, end = script.commands[0].words
    assert (echo.text, end.text) == ("echo", "end")
    assert (word.raw, word.text, word.value, word.variables) == (raw, text, value, variables)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("/a/$A", "/a/x.1", id="known"),
        pytest.param("${A}b'c'", "x.1bc", id="braces and quotes"),
        pytest.param('"$S"', "x y", id="blank in quotes"),
        pytest.param("$S", None, id="would be split"),
        pytest.param("$U", None, id="not known"),
        pytest.param("$E", None, id="empty without quotes"),
        pytest.param('"$E"', "", id="empty in quotes"),
        pytest.param("${E:-dflt}", "dflt", id="default for an empty one"),
        pytest.param("${A:-dflt}", "x.1", id="default not needed"),
        pytest.param("${A:+set}", "set", id="alternative"),
        pytest.param("${U:-dflt}", None, id="default, but not known"),
        pytest.param("${A%.1}", None, id="other operator"),
        pytest.param("$(a)", None, id="substitution"),
        pytest.param("$A*", None, id="glob beside it"),
        pytest.param("plain", "plain", id="no variable"),
    ],
)
def test_expand(word: str, expected: str | None) -> None:
    values = {"A": "x.1", "S": "x y", "E": ""}
    assert read_script(f"a {word}").commands[0].words[1].expand(values.get) == expected


def test_a_command_reads_what_its_parts_read() -> None:
    script = read_script('A=$B c "$D" > $E <<EOF\n$F $(g $H)\nEOF\nexport I=$J\n')
    assert [command.variables for command in script.commands] == [
        ("B", "D", "E", "F"),
        ("H",),
        ("J",),
    ]
    assert script.variables == ("B", "D", "E", "F", "H", "J")


def test_the_head_of_a_compound_reads_too() -> None:
    script = read_script(
        "for i in $A; do b; done; case $C in $D) e;; esac; for ((i=0;i<F;)); do g; done"
    )
    assert script.variables == ("A", "C", "D", "i", "F")


def test_places_in_the_file_where_lines_are_joined() -> None:
    text = "RUN apt-get \\\n  # why\n  update && ec\\\nho 'a\\\n  b'\n"
    cuts = [found.span() for found in re.finditer(r"\\\n( *#.*\n)?", text)]
    script = read_script(text[4:-1], origin=4, cuts=cuts)
    assert [[word.text for word in command.words] for command in script.commands] == [
        ["apt-get", "update"],
        ["echo", "a  b"],
    ]
    echo = script.commands[1].words[0]
    assert (echo.raw, echo.text, echo.cuts) == ("ec\\\nho", "echo", (cuts[1],))
    for command in script.commands:
        for word in command.words:
            assert text[word.start : word.end] == word.raw


PROBLEMS = {
    "a quote that isn't closed": "echo 'a",
    "a parenthesis that isn't closed": "(a",
    "an if without fi": "if a; then b",
    "an operator without a command": "a && || b",
    "PowerShell": "if ($x -eq 'a') { b }",
    "cmd": "if not exist a (b)",
    "arithmetic or subshells": "! (( a > 1 ))",
    "a group that tree-sitter takes for a command": "! { a; }",
    "escapes in backticks": "a `b \\`c\\``",
    "a named descriptor": "a {fd}>b",
    "NUL": "a\0b",
    "an expansion that no shell knows": "a ${b c}",
}


@pytest.mark.parametrize("code", PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_not_understood_is_said(code: str) -> None:
    script = read_script(code, origin=7)
    assert script.problem
    assert not script.complete
    assert 7 <= script.problem_at <= 7 + len(code)


MEBIBYTE = 1 << 20


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "(",
            "$(",
            '"$(',
            "`",
            '"',
            "'",
            "<<A ",
            "cat <<A\n",
            "a && ",
            "a|",
            "\\\n",
            "${a:-",
            "{ ",
        ),
        *("[", "if a; then ", "case a in b) ", "a=(", "f() ", "`>,", "$((", "@a", "x "),
    ],
)
def test_a_mebibyte_is_refused(unit: str) -> None:
    script = read_script((unit * MEBIBYTE)[:MEBIBYTE])
    assert (script.complete, script.steps) == (False, ())


@pytest.mark.parametrize(
    ("opening", "closing", "depth"),
    [("( ", " )", 400), ("{ ", "; }", 400), ("a $(", ")", 160), ("if a; then ", "; fi", 400)],
)
def test_deep_nesting_is_refused(opening: str, closing: str, depth: int) -> None:
    assert read_script(opening * 50 + "x" + closing * 50).complete
    script = read_script(opening * depth + "x" + closing * depth)
    assert script.problem == "nested more than 100 deep"


def test_a_long_list_is_no_deep_nesting() -> None:
    script = read_script(" && ".join(["a"] * 1900))
    assert script.complete
    assert len(script.chain) == 1900
    assert not script.chain[-1].conditional


OPTIONS = {
    "none": ("here", set()),
    "letters": ("set -eux; here", {"errexit", "nounset", "xtrace"}),
    "pipefail": ("set -euo pipefail && here", {"errexit", "nounset", "pipefail"}),
    "words": ("set -e -o pipefail; here", {"errexit", "pipefail"}),
    "turned off": ("set -ex; set +x; here", {"errexit"}),
    "after the command": ("here; set -e", set()),
    "operands": ("set -e -- -x; here", {"errexit"}),
    "in another subshell": ("(set -e); here", set()),
    "in its own subshell": ("(set -e; here)", {"errexit"}),
    "in a group": ("{ set -e; }; here", {"errexit"}),
    "in a pipeline": ("set -e | a; here", set()),
    "perhaps": ("if a; then set -e; fi; here", set()),
    "perhaps off": ("set -e; if a; then set +e; fi; here", set()),
}


@pytest.mark.parametrize(("code", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_options(code: str, expected: set[str]) -> None:
    script = read_script(code)
    here = next(command for command in script.commands if command.name == "here")
    assert options_at(script, here.start) == expected
    assert options_at(script, here.start, frozenset({"noglob"})) == expected | {"noglob"}


SHELLS: dict[str, tuple[list[str], str, set[str]]] = {
    "sh": (["/bin/sh", "-c"], "posix", set()),
    "bash": (["/bin/bash", "-c"], "posix", set()),
    "bash with pipefail": (["/bin/bash", "-o", "pipefail", "-c"], "posix", {"pipefail"}),
    "bash, letters joined": (["bash", "-eo", "pipefail", "-c"], "posix", {"errexit", "pipefail"}),
    "bash, -c first": (
        ["bash", "-ceuxo", "pipefail"],
        "posix",
        {"errexit", "nounset", "xtrace", "pipefail"},
    ),
    "login shell": (["/bin/bash", "--login", "-c"], "posix", set()),
    "ash": (["/bin/ash", "-exc"], "posix", {"errexit", "xtrace"}),
    "dash": (["dash", "-c"], "posix", set()),
    "zsh": (["/bin/zsh", "-c"], "posix", set()),
    "busybox": (["/busybox/busybox", "sh", "-c"], "posix", set()),
    "env": (["/usr/bin/env", "-S", "bash", "-e"], "posix", {"errexit"}),
    "a wrapper": (["conda", "run", "-n", "base", "/bin/bash", "-c"], "posix", set()),
    "a script is run instead": (["/bin/bash", "/entry.sh"], "unknown", set()),
    "PowerShell": (["pwsh", "-Command"], "powershell", set()),
    "PowerShell, Windows path": (
        ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.EXE", "-Command"],
        "powershell",
        set(),
    ),
    "cmd": (["cmd", "/S", "/C"], "cmd", set()),
    "cmd.exe": (["CMD.EXE", "/C"], "cmd", set()),
    "fish": (["/usr/bin/fish", "-c"], "unknown", set()),
    "Python": (["python3", "-c"], "unknown", set()),
    "an option that no shell has": (["bash", "--wat", "-c"], "unknown", set()),
    "no words": ([], "unknown", set()),
}


@pytest.mark.parametrize(("words", "dialect", "options"), SHELLS.values(), ids=SHELLS)
def test_dialect(words: list[str], dialect: str, options: set[str]) -> None:
    assert dialect_of(words) == dialect
    assert options_of_shell(words) == options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("#!/bin/sh\na", ("/bin/sh",), id="interpreter"),
        pytest.param("#! /bin/bash -e -x\r\na", ("/bin/bash", "-e -x"), id="one argument"),
        pytest.param("#!/usr/bin/env -S bash -e\n", ("/usr/bin/env", "bash", "-e"), id="env -S"),
        pytest.param("# no\n", (), id="comment"),
        pytest.param("", (), id="empty"),
    ],
)
def test_shebang(text: str, words: tuple[str, ...]) -> None:
    assert shebang_of(text) == words


def told(effective: Effective) -> str:
    """An effective command in one line: user, assignments, words, and what is uncertain."""
    user = [f"({effective.user.text})"] if effective.user else []
    assigned = [f"{item.name}={item.value.text}" for item in effective.assignments]
    marks = ["..."] * effective.more + ["unknown"] * (not effective.known)
    return " ".join([*user, *assigned, *(word.text for word in effective.words), *marks])


UNWRAPPED = {
    "no wrapper": ("a b", ["a b"]),
    "path": ("/usr/bin/apt-get update", ["/usr/bin/apt-get update"]),
    "sudo": ("sudo -E -u app A=b c -d", ["(app) A=b c -d"]),
    "sudo, long options": ("sudo --user=app --group app -- a", ["(app) a"]),
    "sudo without a command": ("sudo -l", ["sudo -l"]),
    "sudo, strange option": ("sudo --wat a", ["sudo --wat a unknown"]),
    "doas": ("doas -u app a", ["(app) a"]),
    "gosu": ('exec gosu app:app "$@"', ["(app:app) $@"]),
    "su-exec": ("su-exec 1000 a b", ["(1000) a b"]),
    "setpriv": ("setpriv --reuid=1 --regid 1 --clear-groups a b", ["(1) a b"]),
    "s6-setuidgid": ("s6-setuidgid app a", ["(app) a"]),
    "chroot": ("chroot --userspec=1:1 /mnt a b", ["(1:1) a b"]),
    "env": ('env -i -u X A=1 "B=$c" d e', ["A=1 B=$c d e"]),
    "env alone": ("env A=1", ["env A=1"]),
    "env with a string": ("env -S 'a b'", ["env -S a b"]),
    "exec, command, nohup": ("exec command -p nohup a b", ["a b"]),
    "command -v asks": ("command -v a", ["command -v a"]),
    "exec of redirects": ("exec > f", ["exec"]),
    "time, nice, timeout": ("time -p nice -n 5 nice -10 timeout -k 5 30s a b", ["a b"]),
    "stdbuf, ionice, setsid": ("stdbuf -oL ionice -c2 -n 7 setsid -w a", ["a"]),
    "tini": ("tini -g -- a b", ["a b"]),
    "tini without dashes": ("/sbin/tini a b", ["a b"]),
    "dumb-init": ("dumb-init --rewrite 15:3 -- a", ["a"]),
    "tini and gosu": ("tini -s -- gosu app a", ["(app) a"]),
    "xargs": ("xargs -0 -r -n1 -I {} chown app {}", ["chown app {} ..."]),
    "xargs alone": ("xargs -0", ["xargs -0"]),
    "find": (
        "find . -exec chown app {} + -o -execdir sudo chmod 755 {} \\;",
        [
            "find . -exec chown app {} + -o -execdir sudo chmod 755 {} ;",
            "chown app {} ...",
            "chmod 755 {} ...",
        ],
    ),
    "busybox": ("busybox wget a", ["wget a"]),
    "wait-for-it": ("./wait-for-it.sh db:1 -t 3 -- a b", ["a b"]),
    "bundle, poetry, uv": ("bundle exec poetry run uv run --frozen a", ["a"]),
    "bundle install is itself": ("bundle install", ["bundle install"]),
    "sh -c": ("sh -c 'a && b > c'", ["sh -c a && b > c", "a", "b"]),
    "bash with options": (
        "bash -euo pipefail -c 'a | b'",
        ["bash -euo pipefail -c a | b", "a", "b"],
    ),
    "sh with a file": ("sh a.sh", ["sh a.sh"]),
    "su": ("su - app -c 'a b'", ["(app) su - app -c a b", "(app) a b"]),
    "su, option first": ("su -s /bin/sh -c a app", ["(app) su -s /bin/sh -c a app", "(app) a"]),
    "su alone": ("su app", ["su app"]),
    "runuser -u": ("runuser -u app -- a -c b", ["(app) a -c b"]),
    "runuser -c": ("runuser app -c a", ["(app) runuser app -c a", "(app) a"]),
    "eval": ("eval 'a b'", ["eval a b", "a b"]),
    "eval of several words": ("eval a b", ["eval a b unknown"]),
    "trap": ("trap 'rm a' EXIT", ["trap rm a EXIT", "rm a"]),
    "nested": (
        'sudo -u app sh -c \'env A=1 sh -c "b \\"c d\\""\'',
        [
            '(app) sh -c env A=1 sh -c "b \\"c d\\""',
            '(app) A=1 sh -c b "c d"',
            "(app) A=1 b c d",
        ],
    ),
    "the name isn't known": ("exec $A b", ["$A b"]),
    "assignment only": ("A=b", [""]),
}


@pytest.mark.parametrize(("code", "expected"), UNWRAPPED.values(), ids=UNWRAPPED)
def test_unwrap(code: str, expected: list[str]) -> None:
    found = list(effective_commands(read_script(code, origin=5)))
    assert [told(effective) for effective in found] == expected
    for effective in found:
        for word in effective.words:
            assert code[word.start - 5 : word.end - 5] == word.raw


def test_names_leave_out_folders_and_wrappers_are_told() -> None:
    effective = unwrap(read_script("sudo env A=1 /usr/sbin/useradd x").commands[0])
    assert (effective.name, effective.wrappers) == ("useradd", ("sudo", "env"))
    assert [word.text for word in effective.args] == ["x"]


def test_code_that_another_shell_expands_first_is_read_with_a_problem() -> None:
    code = 'sh -c "a \\$B && c $D"'
    effective = unwrap(read_script(code).commands[0])
    assert effective.script is not None
    assert effective.script.problem == "another shell expands it first"
    assert effective.script.problem_at == code.index("$D")
    assert [command.variables for command in effective.script.commands] == [("B",), ("D",)]


def test_exec_form() -> None:
    text = 'CMD ["sh", "-c", \\\n "a \\"b c\\" && exec tini -- d"]'
    cut = text.index("\\\n")
    command = read_exec_form(text[4:], origin=4, cuts=[(cut, cut + 2)])
    assert command is not None
    assert [word.value for word in command.words] == ["sh", "-c", 'a "b c" && exec tini -- d']
    script = unwrap(command).script
    assert script is not None
    found = list(effective_commands(script))
    assert [told(effective) for effective in found] == ["a b c", "d"]
    assert text[found[1].words[0].start] == "d"


def test_exec_form_with_escapes_that_have_no_place() -> None:
    command = read_exec_form('["sh", "-c", "a\\n\\u0062"]')
    assert command is not None
    effective = unwrap(command)
    assert effective.words[2].value == "a\nb"
    assert effective.script is not None
    assert effective.script.problem == "its escapes leave no exact places"


@pytest.mark.parametrize("text", ["a b", '["a", 1]', '["a"', '{"a": "b"}', "['a']", '["a\n"]', ""])
def test_not_the_exec_form(text: str) -> None:
    assert read_exec_form(text) is None


def all_words(script: Script) -> Iterator[Word]:
    for step in script.steps:
        yield from step.words
        if isinstance(step, Command):
            yield from (item.value for item in step.assignments)
        for redirect in step.redirects:
            yield redirect.target
            yield from [redirect.body] if redirect.body else []


def check_places(script: Script, text: str, origin: int) -> None:
    """Everything stands where it says, in order, and within what it belongs to."""
    for word in all_words(script):
        assert text[word.start - origin : word.end - origin] == word.raw
        kept, position = [], word.start
        for start, end in (*word.cuts, (word.end, word.end)):
            assert position <= start <= end
            kept.append(word.raw[position - word.start : start - word.start])
            position = end
        assert "".join(kept) == word.text
        starts = [part.start for part in word.expansions]
        assert starts == sorted(starts)
        for part in word.expansions:
            assert word.start <= part.start < part.end <= word.end
    for step in script.steps:
        assert origin <= step.start <= step.end <= origin + len(text)
        position = step.start
        for word in step.words:
            assert position <= word.start <= word.end <= step.end
            position = word.end
        for redirect in step.redirects:
            assert step.start <= redirect.start <= redirect.end <= step.end
        assert all(around.start <= step.start for around in step.within)
    if script.complete:
        places = [(step.start, -step.end) for step in script.steps]
        assert places == sorted(places)
        for former, later in itertools.pairwise(script.chain):
            assert former.end <= later.start


PIECES = st.sampled_from(
    [
        *("a", "b=c", "=", "(", ")", "{", "}", "[", "[[", "]", "<", ">", "<<E", "<<-'E'", "\nE\n"),
        *("<<<", "|", "||", "&", "&&", ";", ";;", "\n", '"', "'", "`", "$", "${", "${A:-", "$("),
        *("$((", "))", "!", "#", " #", "\\", "\\\n", "if ", "then ", "else ", "elif ", "fi "),
        *("for i in ", "do ", "done ", "case x in ", "esac ", "while ", "f() ", " ", " ", " ", "*"),
        *("~", ",", "export ", "<(", "\t", "$A", "\r\n", "\r", "\x0b", "é", "\u2028", "\udc80"),
        *("\0", "😀", "sh -c '"),
    ]
)
CODE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join))


@given(CODE, st.lists(st.integers(0, 6), max_size=12))
@settings(max_examples=400)
def test_any_text_is_read(code: str, gaps: list[int]) -> None:
    origin, cuts, position = 3, [], 3
    for gap in gaps:
        start = position + gap
        if start + 2 <= origin + len(code):
            cuts.append((start, start + 2))
        position = start + 3
    check_places(read_script(code, origin=origin), code, origin)
    script = read_script(code, origin=origin, cuts=cuts)
    check_places(script, code, origin)
    for effective in effective_commands(script):
        for word in effective.words:
            assert code[word.start - origin : word.end - origin] == word.raw


def kept_outline(script: Script) -> list[tuple[str, tuple[str, ...]]]:
    return [(line(step), tuple(word.text for word in step.words)) for step in script.steps]


@given(st.sampled_from(sorted(STRUCTURES)), st.data())
def test_cuts_change_places_only(case: str, data: st.DataObject) -> None:
    code = STRUCTURES[case][0]
    places = sorted(data.draw(st.lists(st.integers(0, len(code)), max_size=8)))
    text, cuts, position = "", [], 0
    for place in places:
        text += code[position:place]
        cuts.append((len(text), len(text) + 4))
        text += "\\\n #"
        position = place
    text += code[position:]
    script = read_script(text, cuts=cuts)
    assert kept_outline(script) == kept_outline(read_script(code))
    check_places(script, text, 0)


def quoted_word(random: Random) -> str:
    """A word of up to four pieces, quoted in all ways, each of which may be anything."""
    pieces = {
        "bare": lambda: "".join(random.choices("ab/.-_=:,@%+^]}1", k=random.randint(1, 4))),
        "single": lambda: f"'{''.join(random.choices(ODD_CHARACTERS, k=random.randint(0, 5)))}'",
        "double": lambda: f'"{"".join(random.choices(IN_QUOTES, k=random.randint(0, 5)))}"',
        "escaped": lambda: f"\\{random.choice(ODD_CHARACTERS.replace(chr(10), 'n'))}",
        "special": lambda: random.choice(SPECIAL),
    }
    return "".join(pieces[random.choice(list(pieces))]() for _ in range(random.randint(1, 4)))


ODD_CHARACTERS = 'ab $`\\"\n;&|<>()*?[]{}~!#é😀\t'
IN_QUOTES = ["a b", "\\$", "\\`", '\\"', "\\\\", "\\a", "\\\n", "'", ";", "*", "$", "~", "é", "#"]
SPECIAL = ["$", "*", "?", "[a]", "{a,b}", "{}", "~", "\\\n", "#", "!", "[", "~/x", "a*b", "x=~"]
# a comment, no word at all, and expansions, which other tests are about
NOT_FOR_THE_SHELL = re.compile(r"""\A(\\\n)*(#|\Z)|\$(\\\n)*["'{\[\w]|\$\\\n""")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_values_are_what_a_real_shell_passes(shell: str, tmp_path: Path) -> None:
    random = Random(20)
    words = [quoted_word(random) for _ in range(900)]
    words = [word for word in words if not NOT_FOR_THE_SHELL.search(word)]
    lines = [f"printf '%s\\0' {word}; printf '\\1\\0'" for word in words]
    ran = subprocess.run(
        [shell], input="\n".join(lines).encode(), cwd=tmp_path, capture_output=True, check=True
    )
    passed = [group.split("\0")[:-1] for group in ran.stdout.decode().split("\1\0")[:-1]]
    assert len(passed) == len(words) > 600
    compared, problems = 0, []
    for word, text, real in zip(words, lines, passed, strict=True):
        script = read_script(text)
        value = script.commands[0].words[2].value if script.complete else None
        problems += [word] if script.problem else []
        if value is not None:
            assert (word, [value]) == (word, real)
            compared += 1
    assert len(problems) < len(words) // 50, problems
    assert compared > len(words) // 2


SHAPES = [
    "{} && {}",
    "{} && {}",
    "{} || {}",
    "{}; {}",
    "{}\n{}",
    "{} & {}",
    "{} | {}",
    "( {} )",
    "{{ {}\n}}",
    "!",
    "yes $( {} )",
    "if {}\nthen {}\nelse {}\nfi",
    "for i in 1 2; do {}\ndone",
    "f() {{ {}\n}}",
]


@st.composite
def yes_and_no(draw: st.DrawFn, depth: int = 3) -> str:
    """Code of which every command but `!` is `yes N` or `no N`, each with its own N."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(["yes @", "yes @", "no @"]))
    shape = draw(st.sampled_from(SHAPES))
    if shape == "!":
        return f"! {draw(st.sampled_from(['yes @', 'no @', '( no @ )']))}"
    return shape.format(*(draw(yes_and_no(depth - 1)) for _ in range(shape.count("{}"))))


@given(yes_and_no(), st.booleans())
@settings(max_examples=250)
def test_what_is_not_conditional_has_run_where_the_code_succeeds(code: str, errexit: bool) -> None:
    numbers = itertools.count()
    code = re.sub("@", lambda _: str(next(numbers)), code)
    script = read_script(code)
    assert script.problem == ""
    ran = subprocess.run(
        ["sh", *(["-e"] if errexit else []), "-c", f"{PRELUDE}\n{code}"],
        capture_output=True,
        check=False,
        text=True,
    )
    if ran.returncode == 0:
        told = set(ran.stdout.split())
        for command in script.commands:
            if not command.conditional and len(command.words) > 1 and command.words[1].value:
                assert command.words[1].value in told


PRELUDE = 'exec 3>&1\nyes() { echo "$1" >&3; }\nno() { echo "$1" >&3; return 1; }'


@pytest.mark.corpus
def test_the_corpus_is_read(accepted: tuple[CorpusFile, ...]) -> None:
    read, problems = 0, []
    for file in accepted:
        text = decode(file.content)
        for stage in parse(text).stages:
            shell: Sequence[str] = ["/bin/sh", "-c"]
            for instruction in stage.instructions:
                shell = (instruction.json or ()) if instruction.name == "SHELL" else shell
                if instruction.name != "RUN" or instruction.json is not None:
                    continue
                if dialect_of(shell) != "posix" or "windows" in f"{file.name}{stage.image.value}":
                    continue
                span, logical = instruction.value_span, instruction.logical
                end = instruction.span.end if instruction.heredocs else span.end
                cuts = [
                    (offset + behind - start, following)
                    for (start, behind), (offset, following) in zip(
                        itertools.pairwise(logical.starts),
                        itertools.pairwise(logical.offsets),
                        strict=True,
                    )
                    if span.start <= offset + behind - start and following <= span.end
                ]
                if instruction.heredocs and not instruction.value.strip().count(" "):
                    body = instruction.heredocs[0].body
                    span, end, cuts = body, body.end, []
                code = text[span.start : end]
                script = read_script(code, origin=span.start, cuts=cuts)
                check_places(script, code, span.start)
                read += 1
                problems += [f"{file.name}: {script.problem}"] if script.problem else []
    assert read > 1000
    assert len(problems) / read < 0.005, problems
