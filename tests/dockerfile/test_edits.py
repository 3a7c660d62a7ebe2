"""The piece table: edits are applied exactly, and the changed lines are read off it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.edits import Edit, EditConflictError, PieceTable

texts = st.text(alphabet="ab \n", max_size=60)


@st.composite
def edited(draw: st.DrawFn, text: str) -> list[Edit]:
    """Edits of `text` that do not overlap."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Edit(start, end, draw(texts)) for start, end in pairs]


def applied(text: str, edits: list[Edit]) -> str:
    for edit in sorted(set(edits), key=lambda item: (item.start, item.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@given(st.data(), texts)
def test_applies_what_it_is_told(data: st.DataObject, text: str) -> None:
    edits = data.draw(edited(text))
    starts = [edit.start for edit in edits]
    if len(set(starts)) < len(starts):
        return  # the order of two edits at one place is theirs, not the reference's
    assert PieceTable.of(text).apply(edits, "x").text == applied(text, edits)


@given(st.data(), texts)
def test_line_changes_rebuild_the_text(data: st.DataObject, text: str) -> None:
    table = PieceTable.of(text)
    for name in ("first", "second", "third"):
        table = table.apply(data.draw(edited(table.text)), name)
    old, new = keeping_ends(text), keeping_ends(table.text)
    rebuilt: list[str] = []
    position = 0
    for change in table.line_changes():
        assert change.by, "every changed line has an author"
        assert old[slice(*change.old)] != new[slice(*change.new)]
        rebuilt += old[position : change.old[0]] + new[slice(*change.new)]
        position = change.old[1]
    assert "".join(rebuilt + old[position:]) == table.text


def keeping_ends(text: str) -> list[str]:
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def test_authors_are_those_of_the_line() -> None:
    table = PieceTable.of("FROM a\nADD x y\nCMD z\n")
    table = table.apply([Edit(7, 10, "COPY")], "copy").apply([Edit(6, 6, ":1")], "pin")
    assert [(change.old, change.by) for change in table.line_changes()] == [
        ((0, 2), ("copy", "pin"))
    ]


def test_an_edit_back_to_the_original_leaves_no_change() -> None:
    table = PieceTable.of("FROM a\n").apply([Edit(5, 6, "b")], "one")
    table = table.apply([Edit(5, 6, "a")], "two")
    assert table.text == "FROM a\n"
    assert table.line_changes() == ()


def test_a_line_ending_added_at_the_end_is_a_change() -> None:
    table = PieceTable.of("CMD a").apply([Edit(5, 5, "\n")], "x")
    assert [(change.old, change.new) for change in table.line_changes()] == [((0, 1), (0, 1))]


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([Edit(0, 3, "x"), Edit(2, 4, "y")], id="overlap"),
        pytest.param([Edit(3, 2, "x")], id="backwards"),
        pytest.param([Edit(0, 9, "x")], id="beyond-the-end"),
    ],
)
def test_conflicts_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(EditConflictError):
        PieceTable.of("abcdef").apply(edits, "x")


def test_the_same_edit_twice_counts_once() -> None:
    edit = Edit(1, 2, "x")
    assert PieceTable.of("abc").apply([edit, edit], "y").text == "axc"


def test_original_offset_skips_what_was_inserted() -> None:
    table = PieceTable.of("one\ntwo\n").apply([Edit(4, 4, "new\n")], "x")
    assert table.text.index("two") == 8
    assert table.original_offsets([8, 5]) == [4, 4]
