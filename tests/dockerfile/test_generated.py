"""Generated Dockerfiles: our parser agrees with BuildKit's, and only HardenError escapes."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.nodes import Instruction
from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, encode
from hardener.pipeline import harden
from hardener.settings import Settings
from tests.buildkit import RejectedError, Seen, can_judge, instructions
from tests.dockerfile.dockerfiles import dockerfiles

TODAY = datetime.date(2026, 9, 1)


@settings(max_examples=1500)
@given(dockerfiles())
@example("FROM a\nRUN x \\\n\n  y\n")
@example("\\\nFROM a\n")
@example("FROM a\nRUN a\\\\\nCMD b\n")
@example('FROM a\nONBUILD RUN ["a", "b"] <<EOF\nx\nEOF\n')
@example('FROM a\nCMD ["a"] and more\n')
@example("FROM a\nRUN cat <<A <<-B\nA\n\tB\n")
def test_agrees_with_buildkit(text: str) -> None:
    assume(can_judge(text))
    try:
        expected = instructions(text)
    except RejectedError:
        expected = None
    try:
        dockerfile = parse(text)
    except DockerfileError:
        assert expected is None
        return
    assert dockerfile.render() == text
    if expected is not None:
        assert [
            Seen(item.name, item.first_line, item.last_line) for item in dockerfile.instructions
        ] == expected


@settings(max_examples=500)
@given(dockerfiles())
def test_spans_lie_where_they_say(text: str) -> None:
    try:
        dockerfile = parse(text)
    except DockerfileError:
        return
    end = 0
    for instruction in dockerfile.instructions:
        assert end <= instruction.span.start
        end = instruction.span.end
        check_instruction(text, instruction)
    assert [item for stage in dockerfile.stages for item in (stage.start, *stage.instructions)] == [
        *dockerfile.instructions[len(dockerfile.preamble) :]
    ]


def check_instruction(text: str, instruction: Instruction) -> None:
    logical = instruction.logical.text
    for index in range(len(logical)):
        assert text[instruction.logical.offset(index)] == logical[index]
    for flag in instruction.flags:
        assert instruction.span.start <= flag.span.start < flag.span.end <= instruction.span.end
        assert flag.span.of(text).startswith("-") or "\\" in flag.span.of(text)
    for word in instruction.words():
        if "\n" not in word.span.of(text):
            assert word.span.of(text) == word.value
    for heredoc in instruction.heredocs:
        assert text[heredoc.body.start - 1] == "\n"
        assert heredoc.body.end <= instruction.span.end


@settings(max_examples=500)
@given(dockerfiles())
def test_hardening_twice_is_hardening_once(text: str) -> None:
    try:
        once = harden(text, Settings(), today=TODAY)
    except HardenError:
        return
    assert once.faults == ()
    assert not harden(once.table.text, Settings(), today=TODAY).changed


@settings(max_examples=1000)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from(
                [b"FROM a\n", b"RUN ", b"\\\n", b"<<A", b"\n", b"A\n", b"\x00", b"\xff", b"ADD ",
                 b"ARG x=", b"${x", b"$(", b"'", b'"', b"[", b"--from=", b"ONBUILD ", b"#", b"\r"]
            )
        ).map(b"".join),
    )
)  # fmt: skip
def test_arbitrary_bytes_give_a_result_or_an_error_of_ours(content: bytes) -> None:
    error = None
    try:
        result = harden(decode(content), Settings(), today=TODAY)
    except HardenError as raised:
        error = raised
    if error is None:
        assert encode(result.table.original) == content
    else:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("FROM a\nRUN <<EOF\nx\n", 2, id="heredoc-without-end"),
        pytest.param('FROM a\n\nCMD ["a", 1]\n', 3, id="json-with-a-number"),
        pytest.param("# escape=x\nFROM a\n", 1, id="escape-that-is-none"),
        pytest.param("# syntax=a\n# syntax=b\nFROM a\n", 2, id="directive-twice"),
    ],
)
def test_what_buildkit_rejects_names_the_line(text: str, line: int) -> None:
    with pytest.raises(RejectedError):
        instructions(text)
    with pytest.raises(DockerfileError) as caught:
        parse(text)
    assert caught.value.line == line
