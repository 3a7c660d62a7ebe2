"""Finding the recorded image behind a name, and the recorded value behind a tag."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

# OCI distribution-spec, "Pulling manifests": a tag has at most 128 characters, a name 255
LONGEST_TAG: Final = 128
LONGEST_NAME: Final = 255

_NAME = re.compile(r"[a-z0-9][\w.:/-]*", re.ASCII)
_VARIABLE = re.compile(r"\$(?:\{[^{}]*\}|\w+)")
_HIDDEN = "\0"
_SPEAKS_OF_VERSION = re.compile(r"[0-9^]|\\d|latest")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")


class Unknown:
    """The answer where the facts say nothing; there is one, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag to evaluate facts for, which may be hidden in whole or in part.

    `text` is the tag as written, with a NUL for each part that a build argument or a digest hides.
    `pinned` says that a digest goes with it, and so that it need not be what the tag means today.
    """

    text: str
    hidden: bool
    pinned: bool

    @classmethod
    def of(cls, tag: str | None, *, pinned: bool = False) -> "Tag":
        """The tag of a reference.

        No tag is `latest` (distribution/reference, TagNameOnly); but before a digest it is not
        known, as the digest decides (containerd, BuildKit).
        """
        if tag is None:
            return cls(_HIDDEN if pinned else "latest", hidden=pinned, pinned=pinned)
        text = _VARIABLE.sub(_HIDDEN, tag)
        return cls(text, hidden=_HIDDEN in text or "$" in text, pinned=pinned)

    @property
    def hides_only_version(self) -> bool:
        """Whether what is hidden is the version before a written variant: ${VERSION}-slim."""
        return self.text.startswith(_HIDDEN + "-") and _HIDDEN not in self.text[1:]

    def matches(self, pattern: str) -> bool | None:
        """Whether a recorded regex is found in the tag; None if the hidden part decides."""
        if pattern == "" or re.search(pattern, self.text) is not None:
            return True
        if not self.hidden:
            return False
        return False if self.hides_only_version and not _SPEAKS_OF_VERSION.search(pattern) else None

    def first(self, rules: Sequence[Sequence[Any]]) -> Sequence[Any] | None:
        """The first rule whose regex, its first item, is found; the regex "" fits every tag.

        None if there is no such rule, or if the hidden part decides. A regex found in what is
        written settles it: ${VERSION}-alpine is Alpine, although a rule for Windows stands before.
        """
        found = [(rule, self.matches(rule[0])) for rule in rules]
        sure = next((rule for rule, match in found if match and rule[0] != ""), None)
        if sure is not None or any(match is None for _, match in found):
            return sure
        return next((rule for rule, match in found if match), None)

    def pick(self, value: Any) -> Any:
        """The value for this tag of a recorded value, UNKNOWN where the facts don't say.

        A value that varies is recorded as {"by_tag": [[regex, value], ...]}. A rule without a value
        says that it is unknown for such tags.
        """
        if not (isinstance(value, dict) and "by_tag" in value):
            return value
        rules: Sequence[Sequence[Any]] = value["by_tag"]
        rule = self.first(rules)
        if rule is None and rules[-1][0] == "" and all(one[1:] == rules[0][1:] for one in rules):
            rule = rules[0]
        return rule[1] if rule is not None and len(rule) > 1 else UNKNOWN


def pattern_is_linear(pattern: str) -> bool:
    """Whether a recorded regex has a shape that can't backtrack badly.

    At most one unbounded repeat in each alternative, none on or inside a group, no references back
    and no lookaround: a search then takes, at the very worst, the square of the length of its text,
    which is a tag or a name (see `LONGEST_TAG`, `LONGEST_NAME`).
    """
    plain = re.sub(r"\\[^1-9]|\[[^\]]*\]", ".", pattern)
    if re.search(r"\)[*+{]|\\[1-9]|\(\?", plain):
        return False
    depth = 0
    for character in plain:
        depth += (character == "(") - (character == ")")
        if depth and character in "*+":
            return False
    return all(len(_UNBOUNDED.findall(branch)) <= 1 for branch in plain.split("|"))


def canonical_name(name: str, rules: Mapping[str, Any]) -> str | None:
    """The short spelling under which facts are recorded of an image name without tag.

    "node", "grafana/grafana", "gcr.io/distroless/static". Docker Hub's hosts and `library/` go
    (distribution/reference, familiar names), and so do mirrors of the official images and their
    per-architecture namespaces. None for what is no plain name: a build argument, a tag, a space.
    """
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or ":" in name.rpartition("/")[2]:
        return None
    for mirror in rules["mirrors"]:
        if name.startswith(mirror + "/"):
            return str(name[len(mirror) + 1 :])
    host, slash, rest = name.partition("/")
    if slash and host in rules["hub"]:
        name = rest
        host, slash, rest = name.partition("/")
    if slash and (host == "library" or host in rules["architectures"]) and "/" not in rest:
        return rest
    return name


def find_key(name: str, index: Mapping[str, Any]) -> str | None:
    """The key of the record for a canonical name: its own, an alias's, or a pattern's."""
    if name in index["images"]:
        return name
    if name in index["aliases"]:
        return str(index["aliases"][name])
    for pattern, key in index["patterns"]:
        if re.fullmatch(pattern, name):
            return str(key)
    return None
