"""What is known of programs by their names: data/programs.toml and data/recipes.toml."""

from __future__ import annotations

import re

from hardener.analysis.calls import Call
from hardener.analysis.knowledge import names, table
from hardener.analysis.signs import Kind
from hardener.analysis.stage import StageModel
from hardener.analysis.supply import installed_packages

# in front of the program, as `cross-env NAME=value node …` has it
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)


def recipe_for(name: str) -> str | None:
    """The table of data/recipes.toml for a program."""
    for recipe, entry in table("recipes").items():
        if not {name, name.rstrip(".0123456789")}.isdisjoint(entry["programs"]):
            return recipe
    return None


def is_laid_out_for(recipe: str, model: StageModel) -> bool:
    """Whether the server is that of an image or a package that a recipe speaks of."""
    entry = table("recipes")[recipe]
    image = model.facts.name if model.facts is not None else None
    packaged = not installed_packages(model).isdisjoint(entry.get("packages", ()))
    return image in entry["images"] or packaged


def behind_prefix(call: Call) -> tuple[str | None, ...] | None:
    """The program behind a prefix such as `bundle exec`."""
    prefixes = names("programs", "runners.prefixes")
    name = call.name or ""
    words = call.words
    if len(words) > 2 and f"{name} {words[1]}" in prefixes:
        rest = words[2:]
    elif len(words) > 1 and name in prefixes:
        rest = words[1:]
        if "--" in rest:
            return rest[rest.index("--") + 1 :]
    else:
        return None
    while rest and rest[0] is not None and (rest[0][:1] == "-" or _ASSIGNMENT.match(rest[0])):
        rest = rest[1:]
    return rest or None


def is_development(call: Call) -> bool:
    words = " ".join(word for word in (call.name, *call.args[:2]) if word)
    return any(
        words == item or words.startswith(item + " ")
        for item in table("programs")["development"]["subcommands"]
    )


def is_lookalike(kind: Kind, call: Call) -> bool:
    """Whether a program only shares its name with one of a table."""
    # a Go or Rust program of the project may well be called master or init
    return kind in ("root", "daemons", "supervisors") and str(call.words[0]).startswith("./")
