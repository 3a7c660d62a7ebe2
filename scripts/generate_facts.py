"""Write what hardener knows of base images, from the facts that were collected about them.

    python scripts/generate_facts.py DATA_FOLDER           write hardener/images/data/facts*.json
    python scripts/generate_facts.py DATA_FOLDER --check   exit 1 when they would change

DATA_FOLDER holds `image-facts.json`, `dhi-facts.json`, `retired-tags.json` and
`official-images/library`. Rules, corrections and further images stand in facts_additions.toml
beside this script.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from official_history import add_histories

from hardener.errors import HardenError
from hardener.images.image_facts import Distribution, Family
from hardener.images.matching import canonical_name, pattern_is_linear

Json = dict[str, Any]

OUTPUT = Path(__file__).parent.parent / "hardener" / "images" / "data"
ADDITIONS = Path(__file__).parent / "facts_additions.toml"

NONE, UNKNOWN = "(none)", "(unknown)"
# the collection's name of a field, and ours
RENAMED = {"pkg": "package_manager"}
# read while collecting, of no use afterwards
LEFT_OUT = {"registry", "tags_checked", "useradd", "aliases", "name_pattern", "like"}
PASSED_ON = {"nonroot_variant", "runtime_image", "groups"}
FIELDS = {
    "application_user",
    "cmd",
    "drops_privileges",
    "entrypoint",
    "env",
    "expose",
    "family",
    "notes",
    "package_manager",
    "shell",
    "source",
    "stopsignal",
    "uid_1000",
    "user",
    "users",
    "users_derived",
    "volumes",
    "windows_user",
    "workdir",
}
# prose of the collection that a rule of facts_additions.toml stands for
UID_1000_BY_RELEASE = re.compile(r"taken by user ubuntu on noble/resolute tags( \(not deleted\))?")
WINDOWS_NOTE = re.compile(r"(; |^)windows tags not described \(.*\)$")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the data files, or compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="folder of the data sources")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on a change")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the files are written")
    parser.add_argument("--additions", type=Path, default=ADDITIONS, help="rules and corrections")
    options = parser.parse_args(arguments)
    try:
        files = generate(options.data, options.additions)
    except (OSError, HardenError, ValueError) as error:
        print(f"generate_facts: {error}", file=sys.stderr)
        return 2
    stale = [name for name, text in files.items() if _current(options.output / name) != text]
    for name in stale:
        if options.check:
            print(f"{name} is not what the sources give; run this script without --check")
        else:
            (options.output / name).write_text(files[name], "utf-8", newline="\n")
    return 1 if options.check and stale else 0


def _current(path: Path) -> str | None:
    return path.read_bytes().decode() if path.exists() else None


def generate(source: Path, additions_file: Path = ADDITIONS) -> dict[str, str]:
    """The text of each data file, by its name, from the collection in the folder `source`.

    Raises HardenError where the sources contradict each other or hold what is not understood.
    """
    collected = json.loads((source / "image-facts.json").read_text("utf-8"))
    hardened = json.loads((source / "dhi-facts.json").read_text("utf-8"))
    retired = json.loads((source / "retired-tags.json").read_text("utf-8"))
    with additions_file.open("rb") as file:
        additions = tomllib.load(file)
    rules = _rules(additions)
    # dhi.io has a file of its own; a name with a tag is a variant of the image, added by hand
    images = {
        name: record
        for name, record in collected["images"].items()
        if not name.startswith("dhi.io/") and ":" not in name
    }
    for name, change in additions["images"].items():
        like = additions["like"][change["like"]] if "like" in change else {}
        images[name] = images.get(name, {}) | like | change
    records = {name: _record(name, record) for name, record in images.items()}
    library = source / "official-images" / "library"
    add_histories(records, library, retired, additions["lasting"], rules)
    return {
        "facts.json": _text(
            {
                "source": [
                    "facts read from public Dockerfiles, each image names its own",
                    f"docker-library/{collected['snapshot']}, Apache-2.0",
                    retired["source"],
                ],
                "generated": collected["generated"],
                "licence": collected["licence"],
                "rules": rules,
                "aliases": _aliases(images, rules),
                "patterns": _patterns(images),
            },
            records,
        ),
        "facts-dhi.json": _text(
            {
                "source": [hardened["source"]],
                "generated": hardened["generated"],
                "licence": "Apache-2.0",
                "rules": {
                    "families_by_package_manager": {
                        manager: {"*": family}
                        for manager, family in additions["dhi"]["family"].items()
                    }
                },
                "aliases": {},
                "patterns": [],
            },
            {name: _record(name, record) for name, record in hardened["images"].items()},
        ),
    }


def _text(head: Json, records: Mapping[str, Json]) -> str:
    """Compact JSON, one line for each image so that a change of one shows as one."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    lines = [f"{compact(key)}:{compact(value)}" for key, value in head.items()]
    images = ",\n".join(f"{compact(name)}:{compact(records[name])}" for name in sorted(records))
    return "{\n" + ",\n".join(lines) + ',\n"images":{\n' + images + "\n}}\n"


def _rules(additions: Json) -> Json:
    rules = {
        **additions["names"],
        "words": additions["words"],
        "numbered_words": additions["words-with-number"],
        "releases": additions["releases"],
        "distribution_images": additions["distribution-images"],
        "uid_1000": additions["uid-1000"],
        "system_accounts": additions["accounts"]["system"],
        "families": additions["families"],
        "families_by_package_manager": {
            "" if manager == UNKNOWN else manager: {
                distribution: None if family == UNKNOWN else family
                for distribution, family in families.items()
            }
            for manager, families in additions["families-by-package-manager"].items()
        },
        "account_packages": additions["account-packages"],
        "package_managers": additions["package-managers"],
    }
    for distribution, family in additions["families"].items():
        _demand(distribution in get_args(Distribution), f"{distribution} is no distribution")
        _demand(family in get_args(Family), f"{family} is no family")
    return rules


def _record(name: str, collected: Json) -> Json:
    """One image in the form that hardener.images.facts reads."""
    # a note on useradd is prose: somebody has to say which family it means
    _demand("useradd" not in collected or "family" in collected, f"{name}: give its family")
    record: Json = {}
    for key, value in collected.items():
        field = RENAMED.get(key, key)
        if field in LEFT_OUT or field in ("variants", "distro_by_tag"):
            continue
        _demand(field in FIELDS | PASSED_ON, f"{name}: nothing is known of the field {field}")
        if value != UNKNOWN:
            record.update(_field(name, field, value))
    if "distro_by_tag" in collected:
        record["distribution"] = [
            _distribution_rule(name, rule) for rule in collected["distro_by_tag"]
        ]
    if "variants" in collected:
        record["variants"] = [_variant(name, variant) for variant in collected["variants"]]
    return record


def _variant(name: str, collected: Json) -> Json:
    changes: Json = {}
    unknown = list(collected.get("unknown", ()))
    for key, value in collected.items():
        field = RENAMED.get(key, key)
        if field in ("match", "unknown"):
            continue
        _demand(field in FIELDS, f"{name}: nothing is known of the field {field}")
        if value == UNKNOWN:
            unknown.append(field)
        else:
            changes.update(_field(name, field, value))
    variant: Json = {"match": _pattern(name, collected["match"]), "set": changes}
    return variant | ({"unknown": unknown} if unknown else {})


def _field(name: str, field: str, value: Any) -> Json:
    match field:
        case "users" | "users_derived":
            # an account called root with another id than 0 is an apko oddity, not a user to run as
            accounts = {
                user: _by_tag(name, ids)
                for user, ids in value.items()
                if not (user == "root" and str(ids).partition(":")[0] != "0")
            }
            return {field: accounts}
        case "uid_1000":
            if UID_1000_BY_RELEASE.fullmatch(value):
                return {field: "by-release"}
            _demand(value == "taken by user ubuntu", f"{name}: uid_1000 says {value!r}")
            return {field: True}
        case "shell" if value == "/busybox/sh":
            # shell-form instructions call /bin/sh, which is still not there
            return {"shell": False, "shell_path": value}
        case "drops_privileges":
            return {field: _drop(name, value)}
        case "env":
            names = all(re.fullmatch("[A-Z][A-Z0-9_]*", key) for key in value)
            return {field: value if names else _by_tag(name, value)}
        case "user":
            return {field: value or "root"}
        case "entrypoint" | "cmd" if isinstance(value, str):
            return {field: _by_tag(name, value) if value == NONE else ["/bin/sh", "-c", value]}
        case "package_manager":
            return {field: _by_tag(name, _package_managers(value))}
        case "notes":
            notes = WINDOWS_NOTE.sub("", value)
            return {field: notes} if notes else {}
        case _ if field in PASSED_ON:
            return {field: value}
        case _:
            return {field: _by_tag(name, value)}


def _package_managers(value: Any) -> Any:
    """`dnf (yum)` is dnf, and `apt (debian) / apk (alpine)` goes by the tag."""
    if isinstance(value, dict):
        return {pattern: _package_managers(manager) for pattern, manager in value.items()}
    if value == "apt (debian) / apk (alpine)":
        return {"alpine": "apk", "default": "apt"}
    manager = value.removesuffix(" (yum)")
    _demand(re.fullmatch(r"[a-z]+|\(unknown\)", manager) is not None, f"package manager {value!r}")
    return manager


def _drop(name: str, value: Any) -> Any:
    if value is False:
        return False
    if "by" in value:
        return {key: _by_tag(name, part) for key, part in value.items()}
    rules = _by_tag(name, value)
    for rule in rules["by_tag"]:
        rule[1] = _drop(name, rule[1])
    return rules


def _by_tag(name: str, value: Any) -> Any:
    """A value that varies by tag as rules in their order; other tags are unknown."""
    if not isinstance(value, dict):
        return None if value == NONE else value
    rules = []
    for pattern, varying in value.items():
        shown = None if varying == NONE else varying
        regex = "" if pattern == "default" else _pattern(name, pattern)
        rules.append([regex] if varying == UNKNOWN else [regex, shown])
    return {"by_tag": rules}


def _distribution_rule(name: str, rule: Mapping[str, str]) -> list[str]:
    distribution = rule["distro"] if "match" in rule else rule["default"]
    _demand(distribution in get_args(Distribution), f"{name}: {distribution} is no distribution")
    compiled = [_pattern(name, rule["match"]) if "match" in rule else "", distribution]
    if "release" in rule:
        # the collection writes ubi9-minimal and 10-kitten for what is release 9 and 10
        compiled.append(re.sub(r"^ubi|-(minimal|micro|kitten)$", "", rule["release"]))
    return compiled


def _pattern(name: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise HardenError(f"{name}: {pattern!r} is no regex: {error}") from error
    _demand(pattern_is_linear(pattern), f"{name}: {pattern!r} could backtrack badly")
    return pattern


def _aliases(images: Mapping[str, Json], rules: Json) -> dict[str, str]:
    aliases = {}
    for key, record in images.items():
        for alias in record.get("aliases", ()):
            if alias.endswith("*"):  # given as a pattern in facts_additions.toml
                continue
            name = canonical_name(alias, rules)
            _demand(name is not None, f"{key}: the alias {alias} is no name")
            if name is not None and name not in images:
                aliases[name] = key
    return aliases


def _patterns(images: Mapping[str, Json]) -> list[tuple[str, str]]:
    """The name patterns, the more exact first: nodejs-22-minimal before nodejs-22."""
    patterns = [
        (_pattern(key, record["name_pattern"]), key)
        for key, record in images.items()
        if record.get("name_pattern", NONE) != NONE
    ]
    return sorted(patterns, key=lambda pair: (-len(pair[0]), pair))


def _demand(condition: bool, otherwise: str) -> None:
    if not condition:
        raise HardenError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
