"""`python -m tests.verify.drive FOLDER`: verifies FOLDER/Dockerfile as `harden verify` does.

The hardening only adds a USER, so that a test knows what it will be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hardener.cli.verify import verify_all
from hardener.errors import HardenError
from hardener.verify.bench import Options
from hardener.verify.hardening import AppliedChange, Hardened, Hardening
from hardener.verify.recipe import Recipe, recipe_for
from hardener.verify.run import Watch


def adding_a_user(recipe: Recipe) -> Hardening:
    """The hardening that only adds a USER to the end."""

    def hardening(leave_out: frozenset[str]) -> Hardened:
        content = recipe.dockerfile.read_bytes() + b"USER 10001:10001\n"
        change = AppliedChange("run-as-nonroot", recipe.name, 1, "", frozenset({"user"}))
        return Hardened({recipe.name: content}, (change,))

    return hardening


def main(arguments: list[str]) -> int:
    """Verify with docker and print the report; errors and interrupts as the program tells them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each build")
    parser.add_argument("--up-for", type=float, default=600.0)
    parser.add_argument("--format", default="json")
    given = parser.parse_args(arguments)
    options = Options("host", given.seconds, Watch(up_for=given.up_for))
    recipes = [recipe_for(given.folder / "Dockerfile", given.folder)]
    try:
        return verify_all(
            recipes,
            adding_a_user,
            options,
            engine="docker",
            form=given.format,
            tell=lambda text: print(text, file=sys.stderr, flush=True),
        )
    except HardenError as error:
        print(f"harden: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("harden: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
