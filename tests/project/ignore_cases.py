"""Ignore files with what they leave in a context: our reading and Docker's are held to the same."""

TREE = (
    "README.md",
    "a.log",
    "b.txt",
    "build/out.js",
    "docs/a.md",
    "docs/guide/a.md",
    "docs/guide/b.txt",
    "node_modules/x/index.js",
    "pkg/node_modules/y/index.js",
    "pkg/src/a.log",
    "pkg/src/main.c",
    "odd/!bang",
    "odd/#hash",
    "odd/a|b",
    "odd/[x]",
    "odd/d1",
    "odd/dd",
    "odd/star*",
    "odd/w{2}",
    "odd/ww",
    "odd/back\\slash",
    "odd/white space",
    "odd/é",
)

ALL = frozenset(TREE)


def all_but(*gone: str) -> frozenset[str]:
    """The tree without these files and what is below these folders."""
    return frozenset(path for path in TREE if not any(f"{path}/".startswith(f"{g}/") for g in gone))


LOGS = ("a.log", "pkg/src/a.log")
MODULES = ("node_modules", "pkg/node_modules")

# id: (content of .dockerignore, files of TREE that stay in the context)
KEPT: dict[str, tuple[bytes, frozenset[str]]] = {
    "empty-file": (b"", ALL),
    "blank-lines-and-comments": (b"\n  \n# docs\n\t\n", ALL),
    "a-name-matches-at-the-top-only": (b"a.log\n", all_but("a.log")),
    "a-folder-takes-all-below-it": (b"docs\n", all_but("docs")),
    "leading-slash-means-nothing": (b"/docs\n", all_but("docs")),
    "leading-dot-slash-means-nothing": (b"./docs\n", all_but("docs")),
    "trailing-slash-means-nothing": (b"docs/\nb.txt/\n", all_but("docs", "b.txt")),
    "path-is-cleaned": (b"docs//guide/../guide/./a.md\n", all_but("docs/guide/a.md")),
    "path-that-leads-out": (b"../docs\n", ALL),
    "path-that-leads-out-from-the-root": (b"/../docs\n", all_but("docs")),
    "dot-alone": (b".\n", ALL),
    "slash-alone": (b"/\n", ALL),
    "two-dots-alone": (b"..\n", ALL),
    "everything": (b"*\n", frozenset()),
    "everything-with-two-stars": (b"**\n", frozenset()),
    "star-stays-in-its-segment": (b"*.log\n", all_but("a.log")),
    "star-matches-nothing-too": (b"a*.log\n", all_but("a.log")),
    "two-stars-at-the-front": (b"**/*.log\n", all_but(*LOGS)),
    "two-stars-match-no-folder-too": (b"**/node_modules\n", all_but(*MODULES)),
    "two-stars-in-the-middle": (b"docs/**/a.md\n", all_but("docs/a.md", "docs/guide/a.md")),
    "two-stars-at-the-end": (b"docs/**\n", all_but("docs")),
    "two-stars-within-a-name": (b"docs/gu**de\n", ALL),
    "two-stars-before-a-name": (b"**.log\n", all_but(*LOGS)),
    "two-stars-behind-a-name": (b"no**\n", all_but("node_modules")),
    "three-stars": (b"pkg/***/a.log\n", all_but("pkg/src/a.log")),
    "question-mark": (b"?.txt\n", all_but("b.txt")),
    "question-mark-is-no-slash": (b"docs?a.md\n", ALL),
    "class": (b"[ab].*\n", all_but("a.log", "b.txt")),
    "class-range": (b"odd/d[0-9]\n", all_but("odd/d1")),
    "class-negated": (b"odd/d[^0-9]\n", all_but("odd/dd")),
    "class-with-exclamation-mark-is-not-negated": (b"odd/d[!0-9]\n", all_but("odd/d1")),
    "escaped-star": (b"odd/star\\*\n", all_but("odd/star*")),
    "escaped-bracket": (b"odd/\\[x\\]\n", all_but("odd/[x]")),
    "escaped-backslash": (b"odd/back\\\\slash\n", all_but("odd/back\\slash")),
    "escaped-exclamation-mark": (b"odd/\\!bang\n", all_but("odd/!bang")),
    "exclamation-mark-inside": (b"odd/!bang\n", all_but("odd/!bang")),
    "hash-inside": (b"odd/#hash\n", all_but("odd/#hash")),
    "hash-behind-a-space-is-no-comment": (b" #x\nb.txt\n", all_but("b.txt")),
    "comment-behind-a-pattern-belongs-to-it": (b"b.txt # text\n", ALL),
    "space-inside": (b"odd/white space\n", all_but("odd/white space")),
    "spaces-around": (b"  b.txt\t \n", all_but("b.txt")),
    "no-break-space-around": ("\u00a0b.txt\u00a0\n".encode(), all_but("b.txt")),
    "not-ascii": ("odd/é\n".encode(), all_but("odd/é")),
    "not-ascii-and-one-wildcard": (b"odd/?\n", all_but("odd/é")),
    "byte-order-mark": (b"\xef\xbb\xbfb.txt\n", all_but("b.txt")),
    "byte-order-mark-before-a-comment": (b"\xef\xbb\xbf# b.txt\n", ALL),
    "crlf": (b"b.txt\r\n*.log\r\n", all_but("b.txt", "a.log")),
    "no-final-newline": (b"b.txt", all_but("b.txt")),
    "letter-case-counts": (b"DOCS\nreadme.md\n", ALL),
    "exception": (b"docs\n!docs/a.md\n", all_but("docs/guide")),
    "exception-with-spaces": (b"docs\n  !  docs/a.md\n", all_but("docs/guide")),
    "exception-with-a-slash": (b"docs\n!/docs/a.md\n", all_but("docs/guide")),
    "exception-of-a-folder": (
        b"*\n!docs/guide\n",
        frozenset({"docs/guide/a.md", "docs/guide/b.txt"}),
    ),
    "exception-deep-below-an-excluded-folder": (
        b"pkg\n!pkg/src/main.c\n",
        all_but("pkg") | {"pkg/src/main.c"},
    ),
    "exception-by-pattern": (b"*\n!*.md\n", frozenset({"README.md"})),
    "exception-by-pattern-at-any-depth": (
        b"**\n!**/*.md\n",
        frozenset({"README.md", "docs/a.md", "docs/guide/a.md"}),
    ),
    "exception-of-all-directly-in-a-folder": (b"docs\n!docs/*\n", ALL),
    "exception-of-all-in-a-folder": (b"docs\n!docs/**\n", ALL),
    "last-match-decides": (b"!a.log\n*.log\n", all_but("a.log")),
    "excluded-again": (
        b"docs\n!docs/guide\ndocs/guide/b.txt\n",
        all_but("docs/a.md", "docs/guide/b.txt"),
    ),
    "exception-that-excepts-nothing": (b"!docs\n", ALL),
    "exception-first-of-a-folder-has-no-effect": (b"!docs\ndocs/a.md\n", all_but("docs/a.md")),
    "folder-excepted-after-its-file-stays-without-it": (
        b"docs/a.md\n!docs\n",
        all_but("docs/a.md"),
    ),
    "two-exclamation-marks": (b"odd\n!!bang\n", all_but("odd")),
    "slash-exclamation-mark-is-an-exception": (b"docs\n/!docs/a.md\n", all_but("docs/guide")),
    "braces-are-letters": (b"{a.log,b.txt}\n", ALL),
    "braces-with-a-star-are-letters": (b"*.{log,txt}\n", ALL),
    "braces-with-a-number-repeat": (b"odd/*w{2}\n", all_but("odd/ww")),
    "bar-is-a-letter": (b"odd/a|b\n", all_but("odd/a|b")),
    "bar-with-a-star-is-an-alternative": (
        b"odd/a|b*\n",
        all_but("b.txt", "build", "docs/guide/b.txt", "odd/!bang", "odd/a|b", "odd/back\\slash"),
    ),
    "backslash-d-is-a-digit": (b"odd/d\\d\n", all_but("odd/d1")),
    "caret-is-a-letter-in-a-plain-name": (b"^a.log\n", ALL),
    "caret-with-a-star-is-the-beginning": (b"^a*\n", all_but("a.log")),
    "star-in-brackets-ends-the-class": (b"odd/[*]\n", ALL),
    "mistake-behind-a-star-isnt-seen": (b"x*\\\n", ALL),
    "mistake-in-an-exception-that-is-never-compared": (b"!x*[\n", ALL),
    "excluded-ignore-file-still-counts": (b".dockerignore\nb.txt\n", all_but("b.txt")),
    "lines-that-repeat": (b"docs\ndocs\n!docs/a.md\n", all_but("docs/guide")),
}

# id: (content of .dockerignore, line that Docker refuses)
REFUSED: dict[str, tuple[bytes, int]] = {
    "exclamation-mark-alone": (b"docs\n!\n", 2),
    "exclamation-mark-and-slash": (b"!/\n", 1),
    "open-bracket": (b"# x\n\n[a\n", 3),
    "open-bracket-behind-a-star": (b"x*[\n", 1),
    "empty-class": (b"a[]\n", 1),
    "dash-at-the-end-of-a-class": (b"[a-]\n", 1),
    "bracket-first-in-a-class": (b"[]a]\n", 1),
    "backslash-at-the-end": (b"docs\\\n", 1),
    "windows-path-with-an-escape-go-lacks": (b"bin\\Release\n", 1),
    "repetition-of-a-star": (b"*{2}\n", 1),
    "repetition-of-more-than-a-thousand": (b"a{1001}*\n", 1),
    "range-that-runs-backwards": (b"[b-a]\n", 1),
    "control-character": (b"docs\nb\x01c\n", 2),
    "tab-inside": (b"b\tc\n", 1),
    "carriage-return-inside": (b"docs\rb.txt\n", 1),
    "line-of-64-kib": (b"docs\n#" + b"x" * 65535 + b"\n", 2),
}

# id: (content of .dockerignore, files that Docker sends without their content)
EMPTIED: dict[str, tuple[bytes, frozenset[str]]] = {
    "folder-named-again-by-another-pattern": (
        b"node_modules\n!node_modules/x\n**/node_modules\n",
        frozenset({"node_modules/x/index.js"}),
    ),
    "star-behind-an-exception": (b"docs\n!docs/a.md\n*\n", frozenset({"docs/a.md"})),
    "folder-named-again-in-the-same-way": (b"docs\n!docs/a.md\ndocs\n", frozenset({"docs/a.md"})),
    "exception-last": (b"docs\n*\n!docs/a.md\n", frozenset()),
}
