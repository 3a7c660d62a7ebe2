"""Sources of COPY with what they find: our reading and Docker's are held to the same."""

from pathlib import Path

IGNORE = b"skip\n!skip/in\nonly/*\n"

FILES = (
    "-d",
    "[q]",
    "a/1.txt",
    "a/2.txt",
    "a/b/3.txt",
    "a/b/c/4.txt",
    "aXb",
    "only/gone",
    "skip/in",
    "skip/out",
    "sp ace",
    "x.py",
    "y.py",
    "é.txt",
)

LINKS = {
    "abs": "/a/b",
    "escape": "../../etc/passwd",
    "la": "a",
    "loop": "loop",
    "lskip": "skip/out",
    "lx.py": "x.py",
    "up": "../../../a",
}


def plant(context: Path) -> None:
    """Makes the context that the cases below speak of."""
    for path in FILES:
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        (context / path).write_text("content")
    (context / "empty").mkdir()
    for path, target in LINKS.items():
        (context / path).symlink_to(target)
    (context / ".dockerignore").write_bytes(IGNORE)


# id: (source, what it names); Docker's build fails where it names nothing without a wildcard
FOUND: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": (".", (".",)),
    "all-by-slash": ("/", (".",)),
    "file": ("x.py", ("x.py",)),
    "folder": ("a", ("a",)),
    "leading-slash": ("/a", ("a",)),
    "leading-dot": ("./a", ("a",)),
    "leading-dots-stay-inside": ("../../x.py", ("x.py",)),
    "trailing-slash": ("a/", ("a",)),
    "trailing-slash-behind-a-file": ("x.py/", ("x.py",)),
    "path-is-cleaned": ("a/b/..//1.txt", ("a/1.txt",)),
    "nothing-there": ("nothing", ()),
    "empty-folder": ("empty", ("empty",)),
    "ignored-file": ("skip/out", ()),
    "ignored-folder-with-an-exception-in-it": ("skip", ("skip",)),
    "exception": ("skip/in", ("skip/in",)),
    "folder-whose-files-are-ignored": ("only", ("only",)),
    "star": ("*.py", ("lx.py", "x.py", "y.py")),
    "star-in-a-folder": ("a/*.txt", ("a/1.txt", "a/2.txt")),
    "star-finds-folders": ("a/*", ("a/1.txt", "a/2.txt", "a/b")),
    "star-for-a-folder": ("*/b", ("a/b",)),
    "stars-for-folders": ("*/*/3.txt", ("a/b/3.txt",)),
    "two-stars-are-one": ("**/3.txt", ()),
    "star-finds-what-isnt-ignored": ("skip/*", ("skip/in",)),
    "star-finds-nothing": ("nothing*", ()),
    "question-mark": ("?.py", ("x.py", "y.py")),
    "class": ("[xy].py", ("x.py", "y.py")),
    "class-negated": ("[^x].py", ("y.py",)),
    "class-of-a-bracket": ("[[]q]", ("[q]",)),
    "class-may-be-a-slash": ("a[^x]1.txt", ("a/1.txt",)),
    "class-that-is-never-closed": ("a[", ()),
    "space": ("sp ace", ("sp ace",)),
    "not-ascii": ("é.txt", ("é.txt",)),
    "dash": ("-d", ("-d",)),
    "link-to-a-file": ("lx.py", ("lx.py",)),
    "link-to-a-folder": ("la", ("la",)),
    "through-a-link": ("la/1.txt", ("la/1.txt",)),
    "star-behind-a-link": ("la/*.txt", ("a/1.txt", "a/2.txt")),
    "absolute-link-starts-at-the-context": ("abs/3.txt", ("abs/3.txt",)),
    "link-that-climbs-out-stays-inside": ("up", ("up",)),
    "link-that-leads-out": ("escape", ()),
    "link-in-a-circle": ("loop", ()),
    "link-to-what-is-ignored": ("lskip", ()),
}
