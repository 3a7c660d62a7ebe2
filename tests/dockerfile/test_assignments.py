"""The arguments of ARG, ENV and LABEL are read as BuildKit's parser reads them."""

import dockerfile
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardener.dockerfile.assignments import Assignment, AssignmentError, parse_assignments

MUCH = 1 << 18


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        case("one", "a=b", [("a", "b")]),
        case("several", "a=b  c=d\te=f", [("a", "b"), ("c", "d"), ("e", "f")]),
        case("empty value", "a= b=", [("a", ""), ("b", "")]),
        case("double quotes", 'a="b c" d=e', [("a", '"b c"'), ("d", "e")]),
        case("single quotes", "a='b \"c' d=e", [("a", "'b \"c'"), ("d", "e")]),
        case("quotes inside", 'a=b"c d"e f=g', [("a", 'b"c d"e'), ("f", "g")]),
        case("escaped blank", r"a=b\ c d=e", [("a", r"b\ c"), ("d", "e")]),
        case("escaped quote", r'a="b\" c" d=e', [("a", r'"b\" c"'), ("d", "e")]),
        case("single quotes know no escape", r"a='b\' c=d", [("a", r"'b\'"), ("c", "d")]),
        case("quoted name", '"a b"=c', [('"a b"', "c")]),
        case("equals sign in the value", "a=b=c", [("a", "b=c")]),
        case("open quote", 'a="b c', [("a", '"b c')]),
        case("no-break space separates", "a=b\u00a0c=d", [("a", "b"), ("c", "d")]),
        case("escape character at the end", "a=b\\", [("a", "b")]),
        case("white space around", "  a=b\t", [("a", "b")]),
    ],
)
def test_pairs(text: str, pairs: list[tuple[str, str]]) -> None:
    found = parse_assignments(text)
    assert [(each.name, each.value) for each in found] == pairs
    assert not any(each.legacy for each in found)
    assert_spans(text, found)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        case("one word", "a b", "a", "b"),
        case("the rest of the line", 'a  b  "c d" e=f ', "a", 'b  "c d" e=f'),
        case("no-break space stays in the name", "a\u00a0b c", "a\u00a0b", "c"),
    ],
)
def test_legacy_form(text: str, name: str, value: str) -> None:
    (found,) = parse_assignments(text, instruction="LABEL")
    assert (found.name, found.value, found.legacy) == (name, value, True)
    assert_spans(text, (found,))


def test_arguments_may_lack_a_default() -> None:
    found = parse_assignments("a b=c d= 'e f'", instruction="ARG")
    assert [(each.name, each.value) for each in found] == [
        ("a", None),
        ("b", "c"),
        ("d", ""),
        ("'e f'", None),
    ]
    assert_spans("a b=c d= 'e f'", found)


def test_backtick_as_escape() -> None:
    found = parse_assignments(r'a=C:\x b="`"" c=d` e', escape="`")
    assert [each.value for each in found] == ["C:\\x", '"`""', "d` e"]


@pytest.mark.parametrize(
    ("text", "instruction", "message"),
    [
        case("no argument", " ", "ENV", "ENV requires at least one argument"),
        case("name only", "a", "ENV", "ENV must have two arguments"),
        case("word without equals sign", "a=b c", "LABEL", "LABEL has a word without '='"),
        case("blank name", "=b", "ENV", "ENV has a blank name"),
        case("blank name of an argument", "a =b", "ARG", "ARG has a blank name"),
    ],
)
def test_refused(text: str, instruction: str, message: str) -> None:
    with pytest.raises(AssignmentError, match=message):
        parse_assignments(text, instruction=instruction)


def assert_spans(text: str, found: tuple[Assignment, ...]) -> None:
    for each in found:
        assert text[slice(*each.name_span)] == each.name
        value = None if each.value_span is None else text[slice(*each.value_span)]
        assert value == each.value


PIECES = st.sampled_from(
    ["a", "b", "=", "=", " ", " ", '"', '"', "'", "'", "\\", "$", "\t", "\u00a0", "\x1f", "é", "#"]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r"), max_size=12
)


@given(TEXTS, st.sampled_from(["ENV", "LABEL", "ARG"]), st.sampled_from(["\\", "`"]))
@example("a=b\\", "ENV", "`")
@example('a="b`', "ENV", "`")
def test_agrees_with_buildkits_parser(text: str, instruction: str, escape: str) -> None:
    # a flag, and an escape character at the end of the line, are taken off before
    if text.strip().startswith("--") or text.rstrip().endswith(escape):
        return
    try:
        read = dockerfile.parse_string(f"# escape={escape}\n{instruction} {text}")
        theirs = list(read[0].value)
    except dockerfile.GoParseError:
        theirs = []
    ours: list[str] = []
    try:
        for each in parse_assignments(text, instruction=instruction, escape=escape):
            pair = [each.name, each.value or ""]
            arg = each.name if each.value is None else f"{each.name}={each.value}"
            ours += [arg] if instruction == "ARG" else pair
    except AssignmentError as error:
        # the parser lets blank names pass, which the next layer of BuildKit refuses
        if "blank name" in error.message:
            return
    assert ours == theirs


@pytest.mark.parametrize(
    "text",
    [
        case("one value", "a=" + "x" * MUCH),
        case("many pairs", "a=b " * (MUCH // 4)),
        case("quotes", "a=" + '"' * MUCH),
        case("escapes", "a=" + "\\x" * (MUCH // 2)),
        case("escaped quotes", 'a="' + '\\"' * (MUCH // 2)),
        case("blanks", " " * MUCH + "a=b"),
    ],
)
def test_much_text(text: str) -> None:
    assert_spans(text, parse_assignments(text))
