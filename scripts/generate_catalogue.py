"""Write what hardener knows of image tags offline, from the project's data sources.

    python scripts/generate_catalogue.py DATA_FOLDER           write hardener/images/data/*.json
    python scripts/generate_catalogue.py DATA_FOLDER --check   exit 1 when they would change

DATA_FOLDER holds `README.md` (the commit and date of the official list), `official-images/library`,
`retired-tags.json` and `eol.json`. What these do not say stands in image_knowledge.toml beside this
script. The output depends on nothing else.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from library_files import ListedEntry, SourceError, read_library_file

from hardener.images.tags import TagParts, TagWords, dotted, line_of, parse_tag, starts_with

OUTPUT = Path(__file__).parent.parent / "hardener" / "images" / "data"
KNOWLEDGE = Path(__file__).parent / "image_knowledge.toml"

FIRST_DOCKER_RELEASE = "2013-03-20"
DISTRIBUTIONS_WITH_CODE_NAMES = ("debian", "ubuntu")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the data files, or compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="folder of the data sources")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on a change")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the files are written")
    options = parser.parse_args(arguments)
    try:
        files = generate(options.data)
    except (OSError, SourceError, tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        print(f"generate_catalogue: {error}", file=sys.stderr)
        return 2
    stale = [name for name, text in files.items() if _current(options.output / name) != text]
    if options.check:
        for name in stale:
            print(f"{name} is not what the sources give; run this script without --check")
        return 1 if stale else 0
    options.output.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (options.output / name).write_text(files[name], encoding="utf-8", newline="\n")
    return 0


def generate(data: Path) -> dict[str, str]:
    """The text of each data file, by its name."""
    knowledge = tomllib.loads(KNOWLEDGE.read_text(encoding="utf-8"))
    eol = json.loads((data / "eol.json").read_text(encoding="utf-8"))
    retired = json.loads((data / "retired-tags.json").read_text(encoding="utf-8"))
    library = {
        path.name: list(read_library_file(path.read_text(encoding="utf-8")))
        for path in sorted((data / "official-images" / "library").iterdir())
    }
    commit, snapshot = _snapshot(data / "README.md")
    products = eol["products"]
    suites = _suites(products)
    words = TagWords.from_lists({**knowledge["words"], "suites": sorted(suites)})
    lines = _lines_of_images(library, products, words, knowledge)
    catalogue = {
        "source": f"docker-library/official-images@{commit} library/*",
        "snapshot": snapshot,
        "licence": "Apache-2.0",
        "cycles": {key: eol[key] for key in ("source", "snapshot", "licence")},
        "words": {**_sorted_lists(knowledge["words"]), "suites": sorted(suites)},
        **_images(library, lines),
    }
    lifecycle = {
        "source": eol["source"],
        "snapshot": eol["snapshot"],
        "licence": eol["licence"],
        "retired_tags": {"source": retired["source"], "licence": "Apache-2.0"},
        "mirrors": sorted(knowledge["mirrors"]["prefixes"]),
        "distributions": dict(sorted(knowledge["distributions"].items())),
        "suites": dict(sorted(suites.items())),
        "replacements": dict(sorted(knowledge["replacements"].items())),
        "removed": _removed(retired, library, knowledge["removed"]),
        "retired": _retired(retired["tags"], library, lines, words),
        "titles": dict(sorted(knowledge["titles"].items())),
        "products": _products(products, knowledge),
    }
    return {"catalogue.json": _render(catalogue), "lifecycle.json": _render(lifecycle)}


def _snapshot(readme: Path) -> tuple[str, str]:
    pattern = r"docker-library/official-images at ([0-9a-f]{40}), (\d{4}-\d{2}-\d{2})"
    match = re.search(pattern, readme.read_text(encoding="utf-8"))
    if match is None:
        raise SourceError(f"{readme} does not name the commit and date of the official list")
    return match[1], match[2]


def _suites(products: Mapping[str, Any]) -> dict[str, str]:
    """Code names of distributions that a container image can hold: name -> "product cycle"."""
    suites = {}
    for product in DISTRIBUTIONS_WITH_CODE_NAMES:
        for cycle in products[product]["cycles"]:
            if str(cycle["eol"]) > FIRST_DOCKER_RELEASE:
                suites[_code_name(cycle)] = f"{product} {cycle['cycle']}"
    return suites


def _code_name(cycle: Mapping[str, Any]) -> str:
    return str(cycle.get("codename", "")).partition(" ")[0].lower()


def _lines_of_images(
    library: Mapping[str, list[ListedEntry]],
    products: Mapping[str, Any],
    words: TagWords,
    knowledge: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """What names the release lines of each image: `cycles`, `depth`, `names` and `channels`."""
    suite_channels = _suite_channels(library.get("buildpack-deps", ()), words)
    images: dict[str, dict[str, Any]] = {}
    for name, entries in library.items():
        parsed = [[parse_tag(tag, words) for tag in entry.all_tags] for entry in entries]
        known = {
            product: products[product]["cycles"]
            for product in products
            if name in _images_of(product, products, knowledge)
        }
        cycles = [cycle["cycle"] for of_product in known.values() for cycle in of_product]
        image: dict[str, Any] = {}
        if cycles:
            image["cycles"] = " ".join(cycles)
        newest = [of_product[0]["cycle"] for of_product in known.values()]
        image["depth"] = knowledge["depth"].get(name) or _depth(newest, parsed)
        names = {**knowledge["names"].get(name, {}), **_code_names(known.values(), parsed)}
        names |= _names_of_lines(parsed, words, image["depth"], cycles, names)
        if "debian" in known:
            # the suites that are not out yet are no cycles of endoflife.date
            names = {suite: suite for suite in suite_channels.values()} | names
        if names:
            image["names"] = dict(sorted(names.items()))
        if "debian" in known:
            image["channels"] = suite_channels
        images[name] = image
    return images


def _images(
    library: Mapping[str, list[ListedEntry]], lines: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    platforms = sorted({" ".join(e.platforms) for entries in library.values() for e in entries})
    images = {}
    for name, entries in library.items():
        listed = [
            _trimmed(
                [
                    " ".join(entry.tags),
                    platforms.index(" ".join(entry.platforms)),
                    " ".join(entry.shared_tags),
                    entry.constraints,
                ]
            )
            for entry in entries
        ]
        images[name] = {**lines[name], "entries": listed}
    return {"platforms": platforms, "images": images}


def _images_of(product: str, products: Mapping[str, Any], knowledge: Mapping[str, Any]) -> set[str]:
    images = {*products[product]["image"], *knowledge["images"].get(product, ())}
    return images - {*knowledge["not_images"].get(product, ())}


def _code_names(
    of_products: Iterable[Sequence[Mapping[str, Any]]], parsed: Iterable[Sequence[TagParts]]
) -> dict[str, str]:
    """Code names of the products' cycles, where the image's own tags start with such names."""
    leads = {p.words[0] for parts in parsed for p in parts if p.words and not p.version}
    names = {
        _code_name(cycle): cycle["cycle"]
        for cycles in of_products
        for cycle in cycles
        if str(cycle["eol"]) > FIRST_DOCKER_RELEASE and _code_name(cycle)
    }
    return names if leads & names.keys() else {}


def _depth(newest: Iterable[str], parsed: Iterable[Sequence[TagParts]]) -> int:
    """How many numbers name a release line of an image.

    endoflife.date decides, by the newest cycle of each product of the image. Elsewhere it is what
    the maintainers keep alive side by side: two releases with the same first number mean that the
    line has two.
    """
    known = max((len(dotted(cycle)) for cycle in newest), default=0)
    if known:
        return known
    releases = set()
    for parts in parsed:
        versions = [p.version for p in parts if p.version and not p.prerelease and not p.dated]
        if versions:
            releases.add(max(versions, key=len))
    seconds: dict[str, set[str]] = {}
    for version in releases:
        seconds.setdefault(version[0], set()).add(version[1] if len(version) > 1 else "")
    return 2 if any(len(numbers) > 1 for numbers in seconds.values()) else 1


def _names_of_lines(
    parsed: Sequence[Sequence[TagParts]],
    words: TagWords,
    depth: int,
    cycles: Sequence[str],
    known: Mapping[str, str],
) -> dict[str, str]:
    """Words that stand for a release line in an image's tags: node's `jod`, traefik's `langres`.

    Such a word leads its tag; the same image has a tag that differs only by the line or a known
    name of it in that place; and it never follows a version, is no channel, and means one line.
    """
    behind_version = {word for parts in parsed for p in parts if p.version for word in p.words}
    not_names = behind_version | words.channels | words.editions | known.keys()
    lines = {dotted(cycle) for cycle in cycles} - {()}
    found: dict[str, set[str]] = {}
    for parts in parsed:
        tags = {p.text for p in parts}
        heads = {
            p.version_text: ".".join(line)
            for p in parts
            if p.version and not p.prerelease and (line := line_of(p.version, lines, depth))
        }
        heads |= {p.words[0]: known[p.words[0]] for p in parts if p.words and p.words[0] in known}
        for p in parts:
            lead, hyphen, rest = p.text.partition("-")
            if not p.version and not p.prerelease and not p.dated and lead not in not_names:
                of_lines = {line for head, line in heads.items() if head + hyphen + rest in tags}
                if of_lines:
                    found.setdefault(lead, set()).update(of_lines)
    return {name: next(iter(of)) for name, of in found.items() if len(of) == 1}


def _suite_channels(entries: Iterable[ListedEntry], words: TagWords) -> dict[str, str]:
    """What `stable` and its like mean among Debian's suites, read off buildpack-deps.

    debian itself lists `stable` and `trixie` as two images; buildpack-deps names one image by both.
    """
    channels = {}
    for entry in entries:
        names = [tag for tag in entry.tags if "-" not in tag]
        suites = [tag for tag in names if tag not in words.channels and not tag[0].isdigit()]
        for channel in names:
            if channel in words.channels - {"latest"} and len(suites) == 1:
                channels[channel] = suites[0]
    return dict(sorted(channels.items()))


def _removed(
    retired: Mapping[str, Any], library: Mapping[str, list[ListedEntry]], noted: Mapping[str, str]
) -> dict[str, str]:
    """Official images that are not rebuilt at all: name -> date, "" where it is not known."""
    removed = {
        name: max((left for left, _ in retired["tags"].get(name, {}).values()), default="")
        for name in retired["images_removed"]
    }
    emptied = {name: "" for name, entries in library.items() if not entries}
    return dict(sorted({**emptied, **removed, **noted}.items()))


def _retired(
    tags: Mapping[str, Mapping[str, Sequence[str]]],
    library: Mapping[str, list[ListedEntry]],
    lines: Mapping[str, Mapping[str, Any]],
    words: TagWords,
) -> dict[str, dict[str, str]]:
    """The release lines of each image that are not rebuilt, by the date the last of it left.

    The source counts every shortened version, also the `22.4` of a node 22 that lives on: such a
    release only made place for the next one of its line, and is left out.
    """
    result: dict[str, dict[str, str]] = {}
    for name, left_on in sorted(tags.items()):
        image = lines.get(name, {})
        cycles = {dotted(cycle) for cycle in image.get("cycles", "").split(" ")} - {()}
        listed = [
            parts.version
            for entry in library.get(name, ())
            for parts in (parse_tag(tag, words) for tag in entry.all_tags)
            if parts.version
        ]
        ended: dict[str, str] = {}
        for tag, (left, _) in left_on.items():
            version = dotted(tag)
            line = line_of(version, cycles, image.get("depth", 2)) or version
            if not any(starts_with(other, line) for other in listed):
                key = ".".join(line) or tag
                ended[key] = max(left, ended.get(key, ""))
        by_date: dict[str, list[str]] = {}
        for key, left in ended.items():
            by_date.setdefault(left, []).append(key)
        if by_date:
            result[name] = {left: " ".join(by_date[left]) for left in sorted(by_date)}
    return result


def _products(products: Mapping[str, Any], knowledge: Mapping[str, Any]) -> dict[str, Any]:
    patched_for_all = knowledge["patched_for_all"]["products"]
    return {
        name: {
            "images": sorted(_images_of(name, products, knowledge)),
            "cycles": [
                _cycle(cycle, product["cycles"], patched_for_all=name in patched_for_all)
                for cycle in sorted(product["cycles"], key=_release, reverse=True)
                if str(cycle["eol"]) > FIRST_DOCKER_RELEASE
            ],
        }
        for name, product in sorted(products.items())
    }


def _release(cycle: Mapping[str, Any]) -> str:
    return str(cycle["release"])


def _cycle(
    cycle: Mapping[str, Any], cycles: Sequence[Mapping[str, Any]], *, patched_for_all: bool
) -> str:
    """A cycle as `cycle|end` or `cycle|end|code name`.

    The end is a date, or "yes" or "no" where only the state is known. Windows names one release
    twice (1809 and 2019) with two ends of support: cycles whose latest release is the same share
    the later end.
    """
    same = [other["eol"] for other in cycles if other.get("latest") == cycle.get("latest")]
    shares = re.match(r"\d", str(cycle.get("latest", ""))) and all(isinstance(e, str) for e in same)
    end = max(same) if shares else {True: "yes", False: "no"}.get(cycle["eol"], cycle["eol"])
    if patched_for_all and isinstance(cycle.get("extended"), str):
        end = max(end, cycle["extended"])
    if end not in {"yes", "no"}:
        date.fromisoformat(end)
    return "|".join([cycle["cycle"], end, _code_name(cycle)]).rstrip("|")


def _sorted_lists(lists: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: sorted(words) for name, words in sorted(lists.items())}


def _trimmed(fields: list[Any]) -> list[Any]:
    while fields and fields[-1] == "":
        fields.pop()
    return fields


def _render(document: Mapping[str, Any]) -> str:
    """JSON with a line for each image or product, so that a new snapshot gives a readable diff."""
    lines = []
    for key, value in document.items():
        if key in {"images", "products", "retired"}:
            inner = ",\n".join(f"{json.dumps(name)}:{_compact(value[name])}" for name in value)
            lines.append(f"{json.dumps(key)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(key)}:{_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
