"""Which distribution, and which release of it, an image stands on."""

import re
from collections.abc import Mapping
from typing import Any

from hardener.images.image_facts import TagStatus
from hardener.images.matching import Json, Tag

_WORD = re.compile(r"([a-z]+)(\d[\d.]*)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


def distribution_in(text: str, rules: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """The distribution that the words of a tag, a name or a directory speak of, and its release.

    Words are split at "-", "_" and "/", as in "slim-bookworm", "alpine3.20", "ubuntu22.04" and
    "8/jdk/oraclelinux8". The release is None where no word says it.
    """
    found: tuple[str, str | None] | None = None
    for token in re.split(r"[-_/]", text):
        word = _WORD.fullmatch(token)
        if word is None:
            continue
        letters, number = word[1], word[2]
        entry = rules["words"].get(letters) or (number and rules["numbered_words"].get(letters))
        if not entry:
            continue
        distribution = entry[0]
        release = entry[1] if len(entry) > 1 else named_release(distribution, number, rules)
        # a later word may be more exact (debian-bookworm), but the first says what stands below
        if found is None or (found[1] is None and found[0] == distribution):
            found = (distribution, release)
    return found


def named_release(distribution: str, number: str | None, rules: Mapping[str, Any]) -> str | None:
    """The release that a number stands for: "12" is bookworm on Debian, "3.20" is itself."""
    if not number or distribution == "windows":
        return None
    names = rules["releases"].get(distribution)
    return str(number) if names is None else names.get(number)


def release_in_tag(image: str, tag: str, distribution: str, rules: Mapping[str, Any]) -> str | None:
    """The release in a tag of an image whose tag is the release: alpine:3.20.3, debian:12-slim."""
    parts = rules["distribution_images"].get(image)
    number = _NUMBER.match(tag)
    if parts is None or number is None:
        return None
    numbers = number[0].split(".")
    if len(numbers) < parts:
        return None
    return named_release(distribution, ".".join(numbers[:parts]), rules)


def tag_status(tag: str, history: Mapping[str, Any]) -> tuple[TagStatus, str | None]:
    """Where a tag stands in the list of an official image, and the line it was found under.

    The version is what stands before the first "-"; it is shortened part by part until a listed or
    a retired line is met: 3.12.7-slim is an older patch of 3.12, 3.6.15 is of the retired 3.6.
    """
    version = tag.partition("-")[0]
    line = version
    while line:
        if line in history["listed"]:
            return ("current" if line == version else "older-patch"), line
        if line in history["retired"]:
            return "retired", line
        line = line.rpartition(".")[0]
    return "unlisted", None


def distribution_of(
    key: str, name: str, tag: Tag, record: Json, status: TagStatus | None, rules: Json
) -> tuple[str | None, str | None, bool]:
    """The distribution and release below a tag, and whether the record's rule says the former.

    A rule that looks for words of the tag comes first; then what the tag itself says
    (12-slim-bookworm); then the record's rule for all other tags, which holds for an older tag of
    an official image only if its distribution always was the same, or its history says so.
    """
    rule = _rule(record, tag)
    pattern, expected = (rule[0], rule[1]) if rule is not None else (None, None)
    history = record.get("history", {})
    said = distribution_in(tag.text, rules)
    if said is not None and said[0] != expected and key in rules["distribution_images"]:
        said = None
    past = None
    distribution = expected
    if said is not None and (not pattern or "^" in pattern):
        distribution = said[0]
    elif pattern == "" and status in ("retired", "unlisted"):
        _, line = tag_status(tag.text, history)
        past = distribution_in(history["retired"].get(line, ""), rules)
        if past is not None:
            distribution = past[0]
        elif "distribution" not in history["lasting"]:
            distribution = None
    elif tag.hidden and history and "distribution" not in history["lasting"] and not pattern:
        # what is hidden may be a tag of a line that stood on something else
        distribution = None
    if distribution is None:
        return None, None, False
    release = _release(key, name, tag, record, status, distribution, said, rules)
    return distribution, release, distribution == expected


def _rule(record: Json, tag: Tag) -> Any:
    rules = record.get("distribution", ())
    rule = tag.first(rules)
    if rule is None and rules and rules[-1][0] == "" and len({one[1] for one in rules}) == 1:
        return [None, rules[0][1]]
    return rule


def _release(
    key: str,
    name: str,
    tag: Tag,
    record: Json,
    status: TagStatus | None,
    distribution: str,
    said: tuple[str, str | None] | None,
    rules: Json,
) -> str | None:
    for words in (said, distribution_in(name, rules)):
        if words is not None and words[0] == distribution and words[1] is not None:
            return words[1]
    if numbered := release_in_tag(key, tag.text, distribution, rules):
        return numbered
    if tag.hidden or tag.pinned:
        return None
    history = record.get("history")
    pattern, expected, *recorded = _rule(record, tag) or [None, None]
    told = recorded[0] if recorded and expected == distribution else None
    if history is None:
        # what was read is today's image; an older tag of it may stand on another release
        return told if pattern or tag.text == "latest" else None
    if status == "current":
        exact: str | None = history["releases"].get(tag.text, told)
        return exact
    past = distribution_in(history["retired"].get(tag.text.partition("-")[0], ""), rules)
    return past[1] if status == "retired" and past and past[0] == distribution else None
