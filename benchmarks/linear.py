"""How the time for hostile input grows with its length: twice the text, twice the time.

    python benchmarks/linear.py

Prints, for each kind of text, the milliseconds for 1/4, 1/2 and 1 MiB, and the last ratio.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from contextlib import suppress

from hardener.errors import HardenError
from hardener.pipeline import harden
from hardener.settings import Settings

MIB = 1024 * 1024
TODAY = datetime.date(2026, 9, 1)


def repeated(unit: str, head: str = "FROM a\nRUN ") -> Callable[[int], str]:
    """A text of the wanted length made of one unit again and again."""
    return lambda length: head + unit * ((length - len(head)) // len(unit))


KINDS: dict[str, Callable[[int], str]] = {
    "backslash and newline": repeated("\\\n"),
    "<<A": repeated("<<A"),
    "<<A and space": repeated("<<A "),
    "one long word": repeated("a"),
    "one long run of spaces": repeated(" "),
    "flags": repeated("--a=b "),
    "heredocs": repeated("RUN <<A\nA\n", "FROM a\n"),
    "comment lines in a continuation": repeated("#\n", "FROM a\nRUN x \\\n"),
    "ADD": repeated("ADD a b\n", "FROM a\n"),
    "FROM": repeated("FROM python\n", "FROM a\n"),
    "FROM and ADD": repeated("FROM python\nADD a b\n", "FROM a\n"),
    "FROM of one ARG": repeated("FROM $A\n", "ARG A=python\n"),
    "as many ARGs as FROMs": lambda length: (
        "ARG a=b\n" * (length // 20) + "ARG A=python\n" + "FROM $A\n" * (length // 20)
    ),
    "COPY --from": repeated("COPY --from=python a b\n", "FROM a\n"),
    "RUN": repeated("RUN useradd a\n", "FROM debian\n"),
    "ADD that is ignored": repeated("# harden: ignore\nADD a b\n", "FROM a\n"),
    "ADD before as many comments": lambda length: (
        "FROM a\n" + "ADD a b\n" * (length // 24) + "#harden: ignore\n" * (length // 24) + "RUN a\n"
    ),
    "stages that build on each other": lambda length: (
        "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(length // 24))
    ),
    "ARG before FROM": repeated("ARG a=b\n", "ARG x\n"),
    "ENV": repeated("ENV a=$a$a\n", "FROM a\n"),
    "open brackets": repeated("[", "FROM a\nCMD "),
    "quotes": repeated('"', "FROM a\nRUN <<A "),
    "variables": repeated("${a:-", "FROM a\nRUN <<A "),
    "substitutions": repeated("$("),
    "ONBUILD": repeated("ONBUILD ", "FROM a\n"),
    "blank lines": repeated("\n", "FROM a\n"),
}


def main() -> None:
    print(f"{'':34} {'1/4 MiB':>9} {'1/2 MiB':>9} {'1 MiB':>9}   growth of the last doubling")
    for name, text in KINDS.items():
        costs = [milliseconds(text(length)) for length in (MIB // 4, MIB // 2, MIB)]
        print(f"{name:34} " + " ".join(f"{cost:9.0f}" for cost in costs), end="   ")
        print(f"{costs[2] / max(costs[1], 0.001):.1f}x")


def milliseconds(text: str) -> float:
    start = time.perf_counter()
    with suppress(HardenError):  # being refused is an answer too
        harden(text, Settings(), today=TODAY)
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
