"""Fuzz target: whatever the bytes, the answer is a result or a HardenError.

    pip install atheris
    python tests/fuzz/fuzz_harden.py [SEEDS] -max_total_time=300 -max_len=4096

What is found becomes a case in the tests. A result has to survive a second run unchanged, and its
changed lines have to give the hardened text.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["hardener"]):
    import datetime

    from hardener.dockerfile.parse import parse
    from hardener.errors import HardenError
    from hardener.files import decode, encode
    from hardener.pipeline import harden
    from hardener.review.diff import unified_diff
    from hardener.settings import Settings

TODAY = datetime.date(2026, 9, 1)


def one_input(content: bytes) -> None:
    """Harden `content` twice and print its diff."""
    try:
        text = decode(content)
        parse(text)
        result = harden(text, Settings(), today=TODAY)
    except HardenError as error:
        if "\n" in str(error):
            raise AssertionError("an error of more than one line") from error
        return
    if encode(result.table.original) != content:
        raise AssertionError("not the bytes that were read")
    if result.faults:
        raise AssertionError(result.faults)
    str(unified_diff("Dockerfile", result.table))
    if result.changed and harden(result.table.text, Settings(), today=TODAY).changed:
        raise AssertionError("a second run changes something")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
