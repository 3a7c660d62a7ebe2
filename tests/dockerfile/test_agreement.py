"""Our parser and BuildKit's agree on every file that BuildKit's accepts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hardener.dockerfile.check import require_buildable
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import parse
from hardener.files import decode
from tests.buildkit import RejectedError, Seen, can_judge, instructions
from tests.conftest import CorpusFile

pytestmark = pytest.mark.corpus


def ours(text: str) -> list[Seen]:
    return [
        Seen(instruction.name, instruction.first_line, instruction.last_line)
        for instruction in parse(text).instructions
    ]


def variants(content: bytes) -> Iterable[tuple[str, bytes]]:
    """The file as it is, and as it would be on other machines: the corpus has no CRLF, no BOM."""
    bare = content.removeprefix(b"\xef\xbb\xbf")
    yield "as it is", content
    yield "CRLF", content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield "BOM", b"\xef\xbb\xbf" + bare
    yield "BOM and CRLF", b"\xef\xbb\xbf" + bare.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    lines = content.split(b"\n")
    yield (
        "mixed endings",
        b"\n".join(line + b"\r" * (number % 3 == 0) for number, line in enumerate(lines[:-1]))
        + b"\n"
        + lines[-1],
    )
    yield "no final newline", content.rstrip(b"\r\n")
    yield "not UTF-8", content + b"\n# caf\xe9\n"


def test_round_trip_and_lines(accepted: tuple[CorpusFile, ...]) -> None:
    judged = 0
    wrong = []
    for file in accepted:
        for kind, content in variants(file.content):
            text = decode(content)
            assert parse(text).render().encode("utf-8", "surrogateescape") == content
            judge = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            if not can_judge(judge):
                continue
            try:
                expected = instructions(judge)
            except RejectedError:
                continue
            judged += 1
            if ours(text) != expected:
                wrong.append(f"{file.name} ({kind})")
    assert wrong == []
    assert judged >= 6 * len(accepted)


def test_what_buildkit_rejects_is_an_error_with_a_line(corpus: tuple[CorpusFile, ...]) -> None:
    rejected = [file for file in corpus if not file.index["parses_in_buildkit"]]
    assert rejected
    for file in rejected:
        with pytest.raises(DockerfileError) as caught:
            require_buildable(parse(decode(file.content)))
        assert "\n" not in str(caught.value)
