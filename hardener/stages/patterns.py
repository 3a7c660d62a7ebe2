"""Which names of files a string in a program is only a part or a pattern of."""

from __future__ import annotations

import re
from collections.abc import Iterator

# what format functions put values in for: printf(3), fmt of Go, format! of Rust, $"" of C#
_PLACEHOLDER = re.compile(r"%[-+#0-9.]{0,8}[a-zA-Z]|%|\$?\{[^{}]{0,80}\}")
_BETWEEN = re.compile(r"[=:,;?&|]")
_ENDING = re.compile(r"\.[A-Za-z]\w{1,9}")
_STEM = re.compile(r"[\w./-]*\w{2}[-_.]")
# registered top-level media types (RFC 6838, section 4.2): `text/plain` is no file
_MEDIA = frozenset(
    {
        *("application", "audio", "example", "font", "image"),
        *("message", "model", "multipart", "text", "video"),
    }
)


def parts_of(text: str) -> Iterator[str]:
    """A string, and the paths that an option (`--config=etc/app`), a list (`a:b`) or a URL
    (`sqlite://data/app.db?mode=ro`) holds."""
    yield text
    parts = _BETWEEN.split(text)
    if len(parts) > 1 and not any(blank in text for blank in " \t\n"):
        for part in parts:
            clean = part if part.startswith("///") else part.removeprefix("//")
            if "/" in clean or "." in clean:
                yield clean.replace("///", "/")


def with_wildcards(text: str) -> str:
    """A string with `*` for the values that are put into it."""
    return re.sub(r"\*+", "*", _PLACEHOLDER.sub("*", text))


def name_pattern(text: str) -> str | None:
    """The pattern of the last part of a path that a string is for, with `*` for what isn't known.

    `text` is one of `with_wildcards`. A string that is only an ending (`.json`), or that leaves off
    at a separator (`config.`, `level-`), is one that others are put to. None where it holds nothing
    to go by, or names a file wholly.
    """
    if _ENDING.fullmatch(text):
        return f"*{text}"
    if "*" not in text:
        return f"{text.rpartition('/')[2]}*" if _STEM.fullmatch(text) else None
    name = text.rpartition("/")[2]
    return name if "*" in name and re.search(r"[A-Za-z]{2}", name) else None


def folder_of(text: str) -> str | None:
    """The folder of a path such as `data/app.log`; None where the string has none, or is a media
    type."""
    folder, slash, name = text.removeprefix("./").rpartition("/")
    if not slash or not folder.strip("./") or (folder in _MEDIA and "." not in name):
        return None
    return folder
