"""What a program printed, as lines that can be shown anywhere."""

from __future__ import annotations

import re

# ECMA-48 control sequences (colours, cursor movements) and operating system commands (titles)
_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\))")


def lines_of(output: bytes, longest: int = 200) -> list[str]:
    """The lines that aren't blank, without control characters, each at most `longest` long."""
    text = _SEQUENCES.sub("", output.decode("utf-8", "replace"))
    lines = (
        "".join(
            character if character.isprintable() else " " for character in line[: 4 * longest]
        ).strip()
        for line in text.replace("\r", "\n").split("\n")
    )
    return [line[:longest] for line in lines if line]
