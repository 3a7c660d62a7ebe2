"""What the lists of the Docker Official Images say of tags: which are listed, on what they stand.

Used by generate_facts.py. The lists are library/* of docker-library/official-images, and the lines
that have left them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from library_files import read_library_file

from hardener.errors import HardenError
from hardener.images.distributions import distribution_in, release_in_tag
from hardener.images.matching import Tag
from hardener.images.records import evaluate

Json = dict[str, Any]
Entries = Sequence[tuple[Sequence[str], str]]

# facts in which tags of one entry can't differ, being the same image
SAME_IN_AN_ENTRY = (
    "distribution",
    "family",
    "user",
    "users",
    "drops_privileges",
    "entrypoint",
    "cmd",
    "expose",
    "volumes",
)


def add_histories(
    records: Mapping[str, Json], library: Path, retired: Json, lasting: Json, rules: Json
) -> None:
    """Give the record of each official image its lines, listed and retired, and its tags' releases.

    Raises HardenError where the records contradict the lists.
    """
    for name, record in records.items():
        if "/" in name or name == "scratch":
            continue
        listing = library / name
        entries = list(tags_and_directories(listing.read_text("utf-8"))) if listing.exists() else []
        lines = retired["tags"].get(name, {})
        past = {line: _suite(directory, rules) for line, (_, directory) in lines.items()}
        if name in lasting["distribution"]:
            _check_lasting(name, record, past, rules)
        record["history"] = {
            "listed": sorted({tag.partition("-")[0] for tags, _ in entries for tag in tags}),
            "retired": past,
            "releases": _releases(name, record, entries, rules),
            "lasting": sorted(what for what, names in lasting.items() if name in names),
        }
        _check_entries(name, record, entries, rules)


def tags_and_directories(listing: str) -> Iterator[tuple[Sequence[str], str]]:
    """The tags and the directory of each entry of a library file.

    The shared tags of a Windows entry are those of the Linux entry that has them too.
    """
    for entry in read_library_file(listing):
        windows = entry.platforms[0].startswith("windows")
        yield entry.tags if windows else entry.all_tags, entry.directory


def _suite(directory: str, rules: Json) -> str:
    """The words of a directory that say a distribution, as written: "bullseye", "oraclelinux8"."""
    said = [token for token in re.split("[/-]", directory) if distribution_in(token, rules)]
    return "-".join(said[:2])


def _check_lasting(name: str, record: Json, past: Mapping[str, str], rules: Json) -> None:
    expected = record["distribution"][-1][1]
    for line, suite in past.items():
        said = distribution_in(suite, rules)
        if said is not None and said[0] != expected:
            raise HardenError(f"{name}: {line} was {suite}, so its distribution did not last")


def _check_entries(name: str, record: Json, entries: Entries, rules: Json) -> None:
    for tags, directory in entries:
        facts = [evaluate(name, name, tag, Tag.of(tag), record, rules) for tag in tags]
        for one in facts:
            for field in SAME_IN_AN_ENTRY:
                if getattr(one, field) != getattr(facts[0], field):
                    tags_of = f"{facts[0].tag} and {one.tag}"
                    raise HardenError(f"{name}: {tags_of} are one image, but differ in {field}")
        said = distribution_in(directory, rules)
        if said is not None and said[0] != facts[0].distribution:
            raise HardenError(f"{name}: {facts[0].tag} is built from {directory}")


def _releases(name: str, record: Json, entries: Entries, rules: Json) -> dict[str, str | None]:
    """The releases of the listed tags that do not name theirs.

    What `latest`, or else most of them, stands on goes into the rule of the record that fits those
    tags; the tags that differ are returned, with None for an unknown release.
    """
    found: defaultdict[int, dict[str, str | None]] = defaultdict(dict)
    for tags, directory in entries:
        known = _release_of_entry(name, record, tags, directory, rules)
        for tag in tags:
            index = next(
                at for at, rule in enumerate(record["distribution"]) if re.search(rule[0], tag)
            )
            distribution = record["distribution"][index][1]
            own = distribution_in(tag, rules)
            if own is not None and own[1] is not None:
                continue
            if release_in_tag(name, tag, distribution, rules) is None:
                fits = known is not None and known[0] == distribution
                found[index][tag] = known[1] if known is not None and fits else None
    others: dict[str, str | None] = {}
    for index, releases in found.items():
        told = Counter(release for release in releases.values() if release is not None)
        if not told:
            continue
        usual = releases.get("latest") or told.most_common(1)[0][0]
        record["distribution"][index][2:] = [usual]
        others |= {tag: release for tag, release in releases.items() if release != usual}
    return others


def _release_of_entry(
    name: str, record: Json, tags: Sequence[str], directory: str, rules: Json
) -> tuple[str, str] | None:
    for text in (directory, *tags):
        said = distribution_in(text, rules)
        if said is not None and said[1] is not None:
            return said[0], said[1]
    distribution = record["distribution"][-1][1]
    for tag in tags:
        if release := release_in_tag(name, tag, distribution, rules):
            return distribution, release
    return None
