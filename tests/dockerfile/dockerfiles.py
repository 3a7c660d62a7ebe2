"""Generated Dockerfiles: odd case, spacing, endings, continuations, comments and here-documents."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = [
    "FROM", "RUN", "CMD", "COPY", "ADD", "ENV", "ARG", "LABEL", "EXPOSE", "ENTRYPOINT", "VOLUME",
    "USER", "WORKDIR", "ONBUILD RUN", "ONBUILD ADD", "HEALTHCHECK CMD", "STOPSIGNAL", "SHELL",
    "MAINTAINER", "NONSENSE",
]  # fmt: skip
BLANKS = st.sampled_from(["", " ", "\t", "  ", " \t "])
WORDS = st.one_of(
    st.sampled_from(
        [
            "a", "--from=x", "--mount=type=secret,id=a", "--", "--link", "python:3", "a=b", "'a b'",
            '"a b"', "$X", "${X:-y}", "&&", "<<EOF", "<<-EOF", '<<"EOF"', "3<<EOF", "<<'E F'", "[",
            '["a", "b"]', '["a" "b"]', "#", "a#b", "\\", "\\\\", "`", "``", "C:\\", "café", "\x0b",
            "\x1c", "\xa0", "\u2028", "$(cat <<EOF)", "a\\ b", "==",
        ]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\n\r"), max_size=8),
)  # fmt: skip


@st.composite
def cased(draw: st.DrawFn, word: str) -> str:
    return "".join(draw(st.sampled_from([letter.upper(), letter.lower()])) for letter in word)


@st.composite
def instruction(draw: st.DrawFn, escape: str, ending: str) -> str:
    """One instruction with its lines, continuations and the bodies of its here-documents."""
    parts = [draw(BLANKS), draw(cased(draw(st.sampled_from(NAMES))))]
    words = draw(st.lists(WORDS, max_size=6))
    for word in words:
        joint = draw(st.sampled_from([" ", "  ", "\t", "\\"]))
        if joint == "\\":
            joint = draw(BLANKS) + escape + draw(BLANKS) + ending
            for _ in range(draw(st.integers(0, 2))):
                joint += draw(st.sampled_from(["# comment", "  # c " + escape, "", "  "])) + ending
            joint += draw(BLANKS)
        parts += [joint, word]
    lines = "".join(parts) + draw(BLANKS)
    for _ in range(sum("<<" in word for word in words)):
        body = draw(st.lists(st.sampled_from(["x", "RUN y", "\tEOF ", "# z", escape, "E F"])))
        lines += (
            ending
            + "".join(line + ending for line in body)
            + draw(st.sampled_from(["EOF", "\tEOF", "E F", ""]))
        )
    return lines


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """A text that often is a Dockerfile."""
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    escape = draw(st.sampled_from(["\\", "\\", "`"]))
    lines = [draw(st.sampled_from(["", "", "\ufeff"]))]
    if draw(st.booleans()):
        lines.append("#!/usr/bin/env docker" + ending)
    lines += draw(
        st.lists(
            st.sampled_from(
                ["# syntax=docker/dockerfile:1", "# a comment", "#check=skip=all", "# Escape = `"]
            ).map(lambda line: line + ending),
            max_size=2,
        )
    )
    if escape == "`":
        lines.append("# escape=`" + ending)
    for _ in range(draw(st.integers(1, 6))):
        lines.append(draw(instruction(escape, ending)))
        lines.append(
            draw(st.sampled_from([ending, ending, ending * 2, "\n", "\r\r\n", " " + ending]))
        )
        if draw(st.integers(0, 4)) == 0:
            lines.append(draw(BLANKS) + "# between" + ending)
    if draw(st.booleans()):
        lines.append(draw(instruction(escape, ending)))
    return "".join(lines)
