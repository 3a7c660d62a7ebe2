"""Words are expanded as BuildKit does, and every substitution in them is found."""

import pickle
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.expand import (
    LONGEST_VALUE,
    UNKNOWN,
    ExpansionError,
    Value,
    expand,
    find_substitutions,
    split_words,
)
from hardener.errors import HardenError

CASES = tomllib.loads((Path(__file__).parents[1] / "cases/expand/words.toml").read_text("utf-8"))
VARIABLES: dict[str, str] = CASES["variables"]
MUCH = 1 << 18


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


@pytest.mark.parametrize(
    ("word", "value"), [case(each["id"], each["word"], each["value"]) for each in CASES["accepted"]]
)
def test_accepted(word: str, value: str) -> None:
    assert expand(word, VARIABLES).value == value


@pytest.mark.parametrize("word", [case(each["id"], each["word"]) for each in CASES["refused"]])
def test_refused(word: str) -> None:
    with pytest.raises(ExpansionError):
        expand(word, VARIABLES)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        case("escapes a dollar", "`$A", "$A"),
        case("escapes a quote", '`"', '"'),
        case("escapes in double quotes", '"`"`$A``"', '"$A`'),
        case("backslash is ordinary", r"C:\a\$A", r"C:\a\a.b.c"),
        case("a pattern's own escape stays the backslash", r"${W#x\*}", r"y\z?"),
        case("at the end it is dropped", "a`", "a"),
    ],
)
def test_backtick_as_escape(word: str, value: str) -> None:
    assert expand(word, VARIABLES, escape="`").value == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        case("quotes stay", "\"$A\" '$A'", "\"a.b.c\" 'a.b.c'"),
        case("an open quote is no error", "it's $A", "it's a.b.c"),
        case("escapes go", r"\$A \" \x", '$A " x'),
        case("quotes in an operand stay", "${N:-'x'}", "'x'"),
    ],
)
def test_quotes_as_ordinary_characters(word: str, value: str) -> None:
    assert expand(word, VARIABLES, quotes=False).value == value


@pytest.mark.parametrize(
    ("word", "words"),
    [
        case("blanks separate", "a  b\tc", ("a", "b", "c")),
        case("no-break space separates", "a\u00a0b", ("a", "b")),
        case("unit separator doesn't", "a\x1fb", ("a\x1fb",)),
        case("quoted blanks don't", "'a b' \"c d\"", ("a b", "c d")),
        case("an escaped blank doesn't", r"a\ b", ("a b",)),
        case("a value is split", "$S", ("one", "two", "three")),
        case("a quoted value isn't", '"$S"', ("one two  three",)),
        case("a value joins its neighbours", "x${S}y", ("xone", "two", "threey")),
        case("a default is split, quoted or not", "${N:-'a b'}", ("a", "b")),
        case("nothing is no word", "'' $N", ()),
    ],
)
def test_words(word: str, words: tuple[str, ...]) -> None:
    assert expand(word, VARIABLES).words == words


@pytest.mark.parametrize(
    ("word", "value"),
    [
        case("plain", "$U", None),
        case("beside known text", "a$U", None),
        case("default", "${U:-x}", None),
        case("default that isn't taken", "${A:-$U}", "a.b.c"),
        case("default that is taken", "${N:-$U}", None),
        case("alternative", "${U:+x}", None),
        case("alternative of nothing", "${U:+}", ""),
        case("alternative that isn't taken", "${N:+$U}", ""),
        case("alternative that is taken", "${A:+$U}", None),
        case("required", "${U:?}", None),
        case("pattern operator", "${U#a}", None),
        case("unknown pattern", "${A#$U}", None),
        case("unknown replacement", "${A/a/$U}", None),
        case("in single quotes", "'$U'", "$U"),
        case("escaped", r"\$U", "$U"),
    ],
)
def test_unknown_variable(word: str, value: str | None) -> None:
    expansion = expand(word, {**VARIABLES, "U": UNKNOWN})
    assert expansion.value == value
    assert (expansion.words is None) == (value is None)


def test_names_are_told_apart() -> None:
    expansion = expand("$A ${N:-$M} ${U:+} '$Q' ${E-$Z}", {**VARIABLES, "U": UNKNOWN, "Z": None})
    assert expansion.used == {"A", "U", "E"}
    assert expansion.unset == {"N", "M", "Z"}
    assert expansion.unknown == {"U"}


def test_a_pattern_that_gives_too_much_work_is_unknown() -> None:
    assert expand("${X//?/x}", {"X": "y" * 2000}).value is None
    assert expand("${X#*a?b}", {"X": "a" * 2000}).value is None
    assert expand("${X#*b}", {"X": "a\nb"}).value is None
    assert expand("${X//y/xx}", {"X": "y" * 1000}).value == "x" * 2000


def test_a_value_that_grows_without_end_is_unknown() -> None:
    variables: dict[str, Value] = {"A": "x"}
    for _ in range(64):
        value = expand("$A$A", variables).value
        variables["A"] = UNKNOWN if value is None else value
    assert variables["A"] is UNKNOWN


def test_a_long_value_is_unknown_but_long_text_is_not() -> None:
    assert expand("$X", {"X": "x" * LONGEST_VALUE}).value == "x" * LONGEST_VALUE
    assert expand("$X", {"X": "x" * (LONGEST_VALUE + 1)}).value is None
    assert expand("x" * MUCH, {}).value == "x" * MUCH


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    assert expand(b"a\xff$A".decode("utf-8", "surrogateescape"), VARIABLES).value == "a\ufffda.b.c"


@pytest.mark.parametrize(
    "word",
    [
        case("letters", "x" * MUCH),
        case("dollars", "$" * MUCH),
        case("escapes", "\\" * MUCH),
        case("names", "$a" * (MUCH // 2)),
        case("one name", "$" + "a" * MUCH),
        case("values", "$A" * (MUCH // 2)),
        case("nested", "${N:-x" * (MUCH // 8) + "}" * (MUCH // 8)),
        case("nested around much text", "${N:-x" * 15_000 + "y" * (MUCH // 2) + "}" * 15_000),
        case("nested and open", "${A:-" * (MUCH // 5)),
        case("nested in quotes", '"${N:-' * (MUCH // 16) + '}"' * (MUCH // 16)),
        case("quotes", "\"'" * (MUCH // 2)),
        case("open quote", "'" + "a" * MUCH),
        case("patterns", "${A#*b}" * (MUCH // 8)),
        case("one pattern", "${A#" + "*a" * (MUCH // 2) + "}"),
        case("heredocs", "<<" * (MUCH // 2)),
    ],
)
def test_much_text(word: str) -> None:
    for read in (lambda: expand(word, VARIABLES), lambda: find_substitutions(word)):
        with suppress(ExpansionError):
            read()


def test_an_error_is_one_line_without_the_words_text() -> None:
    for word in ["hunter2\n'", "${P:?hunter2}", "${P#\\hunter2}", "hunter2${", "${P^hunter2}"]:
        with pytest.raises(HardenError) as caught:
            expand(word, {})
        assert "hunter2" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        case("name", "a$B.c", [("$B", "B", "", None, None)]),
        case("braces", "a${B}c", [("${B}", "B", "", None, None)]),
        case(
            "default",
            "${V:-latest}",
            [("${V:-latest}", "V", ":-", "latest", None)],
        ),
        case("default without colon", "${V-x}", [("${V-x}", "V", "-", "x", None)]),
        case("empty default", "${V:-}", [("${V:-}", "V", ":-", "", None)]),
        case("doubled operator", "${V##*/}", [("${V##*/}", "V", "##", "*/", None)]),
        case("quoted operator is none", "${V#'#'}", [("${V#'#'}", "V", "#", "'#'", None)]),
        case("replace", "${V/a/b}", [("${V/a/b}", "V", "/", "a", "b")]),
        case("replace every", r"${V//\//b}", [(r"${V//\//b}", "V", "//", r"\/", "b")]),
        case(
            "nested",
            "${V:-${W}-$X}",
            [
                ("${V:-${W}-$X}", "V", ":-", "${W}-$X", None),
                ("${W}", "W", "", None, None),
                ("$X", "X", "", None, None),
            ],
        ),
        case(
            "quoted default",
            "\"${V:-'}'}\"",
            [("${V:-'}'}", "V", ":-", "'}'", None)],
        ),
        case("escaped brace", r"${V:-\}}", [(r"${V:-\}}", "V", ":-", r"\}", None)]),
        case("special parameter", "$12", [("$12", "12", "", None, None)]),
        case("not substituted", r"\$A '$B' $ $.", []),
        case("byte order mark in front", "\ufeff$A", [("$A", "A", "", None, None)]),
    ],
)
def test_found_substitutions(
    word: str, found: list[tuple[str, str, str, str | None, str | None]]
) -> None:
    def text(span: tuple[int, int] | None) -> str | None:
        return None if span is None else word[slice(*span)]

    assert found == [
        (
            word[each.start : each.end],
            each.name,
            each.operator,
            text(each.operand),
            text(each.replacement),
        )
        for each in find_substitutions(word)
    ]


def test_a_default_can_be_edited_in_place() -> None:
    word = '"node:${NODE_VERSION:-latest}-slim"'
    (substitution,) = find_substitutions(word)
    assert substitution.operand is not None
    start, end = substitution.operand
    assert word[:start] + "22" + word[end:] == '"node:${NODE_VERSION:-22}-slim"'
    assert (substitution.quoted, substitution.depth) == (True, 0)


@pytest.mark.parametrize(
    ("line", "plain", "raw"),
    [
        case("quotes", "a 'b c' \"d\"", ("a", "b c", "d"), ("a", "'b c'", '"d"')),
        case("escapes", r"a\ b \c", ("a b", "c"), (r"a\ b", r"\c")),
        case("variables stay", "$A ${B} x", ("$A", "${B}", "x"), ("$A", "${B}", "x")),
        case("operands stay", "${A:-b c}", ("${A:-b", "c}"), ("${A:-b", "c}")),
        case("replacements too", "${A/b/c}", ("${A/b/c}",), ("${A/b/c}",)),
        case("bash's own too", "${A:1:2} ${#A[@]}x", None, None),
        case("heredoc", "cat <<EOF", ("cat", "<<EOF"), ("cat", "<<EOF")),
        case("heredoc with blanks", "cat << \tEOF", ("cat", "<< \tEOF"), ("cat", "<< \tEOF")),
        case("heredoc, quoted", "<<'E F' <<\"G\"", ("<<E F", "<<G"), ("<<'E F'", '<<"G"')),
        case("quoted less-than signs", "'<<' EOF", ("<<", "EOF"), ("'<<'", "EOF")),
        case("one less-than sign", "a < b", ("a", "<", "b"), ("a", "<", "b")),
    ],
)
def test_split_words(line: str, plain: tuple[str, ...] | None, raw: tuple[str, ...] | None) -> None:
    if plain is None:
        with pytest.raises(ExpansionError):
            split_words(line)
        return
    assert split_words(line) == plain
    assert split_words(line, raw=True) == raw


# words made of these hold substitutions, quotes and escapes more often than not
OPERATORS = [":-", "-", ":+", "+", ":?", "#", "##", "%", "%%", "/", "//"]
NAMES = ["$A", "${A}", "$U", "${U", "${A", "${N", "$", "{", "}", "}", "}"]
TEXT = ["a", "b", "é", ".", "*", "?", " ", "<<", '"', '"', "'", "\\"]
PIECES = st.sampled_from([*NAMES, *OPERATORS, *TEXT])
WORDS = st.lists(PIECES, max_size=12).map("".join)


@given(st.text())
def test_any_text_expands_or_is_refused(word: str) -> None:
    try:
        expansion = expand(word, VARIABLES)
    except ExpansionError:
        return
    assert expansion.value is not None


@given(st.text(st.characters(exclude_characters="\\$'\"", exclude_categories=["Cs"])))
def test_text_without_special_characters_is_itself(word: str) -> None:
    assert expand(word, {}).value == word.removeprefix("\ufeff")
    assert find_substitutions(word) == ()


@given(WORDS, st.sampled_from(["", "a", "b.a", "a b"]) | st.none())
def test_an_unknown_variable_makes_no_difference_to_a_known_value(
    word: str, actual: str | None
) -> None:
    def value(variables: Mapping[str, Value]) -> str | None:
        try:
            return expand(word, variables).value
        except ExpansionError:
            return None

    unknowing = value({**VARIABLES, "U": UNKNOWN})
    if unknowing is not None and value({**VARIABLES, "U": actual}) is not None:
        assert value({**VARIABLES, "U": actual}) == unknowing


@given(WORDS)
def test_substitutions_cover_what_they_say(word: str) -> None:
    try:
        found = find_substitutions(word)
    except ExpansionError:
        return
    enclosing: list[int] = []
    for each in found:
        inside = word[each.start : each.end]
        written = each.name + each.operator
        for separator, span in (("", each.operand), ("/", each.replacement)):
            if span is not None:
                written += separator + word[slice(*span)]
        assert inside in (f"${{{written}}}", f"${written}")
        enclosing = [end for end in enclosing if end > each.start]
        assert len(enclosing) == each.depth
        assert all(each.end < end for end in enclosing)
        enclosing.append(each.end)
    assert [each.start for each in found] == sorted(each.start for each in found)


@given(WORDS)
def test_what_is_looked_up_is_what_is_found(word: str) -> None:
    try:
        expansion = expand(word, VARIABLES)
    except ExpansionError:
        return
    names = {each.name for each in find_substitutions(word)}
    assert names == expansion.used | expansion.unset
