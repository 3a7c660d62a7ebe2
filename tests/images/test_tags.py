"""Tags are taken apart as the maintainers of the official images put theirs together."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.images.catalogue import Catalogue
from hardener.images.tags import TagWords, dotted, line_of, parse_tag, starts_with
from hardener.images.versions import read_version

WORDS = TagWords(
    channels=frozenset({"lts", "stable"}),
    prereleases=frozenset({"alpha", "beta", "dev", "ea", "rc"}),
    editions=frozenset({"enterprise", "open", "open-jdk"}),
    suites=frozenset({"trixie", "focal"}),
)


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


@pytest.mark.parametrize(
    ("tag", "version", "words"),
    [
        case("version", "3.14.7", "3.14.7", ()),
        case("variant behind it", "3.14-slim-trixie", "3.14", ("slim", "trixie")),
        case("variant alone", "slim-trixie", "", ("slim", "trixie")),
        case("letter before it", "v3.7.11-alpine", "3.7.11", ("alpine",)),
        case("platform branch of alt", "p11", "11", ()),
        case("update of Java 8", "8u504-al2023", "8.504", ("al2023",)),
        case("build behind an underscore", "25.0.4_7-jdk", "25.0.4.7", ("jdk",)),
        case("number behind a word", "1.20-otp-29-slim", "1.20", ("otp-29", "slim")),
        case("number behind a code name", "focal-1.0", "", ("focal", "1.0")),
        case("word with digits is no version", "20h2", "", ("20h2",)),
        case("hash is no version", "1a2b3c4", "", ("1a2b3c4",)),
        case("two letters before digits", "nd130", "", ("nd130",)),
    ],
)
def test_version_and_variant(tag: str, version: str, words: tuple[str, ...]) -> None:
    parts = parse_tag(tag, WORDS)
    assert (".".join(parts.version), parts.words) == (version, words)
    assert (parts.edition, parts.revision, parts.prerelease, parts.dated) == ("", "", "", False)


@pytest.mark.parametrize(
    ("tag", "version", "prerelease", "words"),
    [
        case("word behind", "3.15-rc-slim", "3.15", "rc", ("slim",)),
        case("joined", "3.15.0rc1-slim", "3.15.0", "rc1", ("slim",)),
        case("joined, in capitals", "8.5.10RC1", "8.5.10", "RC1", ()),
        case("alpha of Python", "3.16.0a2", "3.16.0", "a2", ()),
        case("numbered", "3.5-dev5", "3.5", "dev5", ()),
        case("numbered with a dot", "5.0.0-beta.5-fpm", "5.0.0", "beta.5", ("fpm",)),
        case("build before the word", "3.14.0-95.2.beta-sdk", "3.14.0", "95.2.beta", ("sdk",)),
        case("milestone", "11.0.0-M1-jre25", "11.0.0", "M1", ("jre25",)),
        case("at the end", "13.0.1-ubi10-rc", "13.0.1", "rc", ("ubi10",)),
        case("without a version", "rc-trixie", "", "rc", ("trixie",)),
    ],
)
def test_ahead_of_the_release(
    tag: str, version: str, prerelease: str, words: tuple[str, ...]
) -> None:
    parts = parse_tag(tag, WORDS)
    assert (".".join(parts.version), parts.prerelease, parts.words) == (version, prerelease, words)


@pytest.mark.parametrize(
    ("tag", "edition", "version"),
    [
        case("one word", "enterprise-8.0.2", "enterprise", "8.0.2"),
        case("another", "open-8-jdk", "open", "8"),
        case("two words", "open-jdk-25.0.4.0-jdk", "open-jdk", "25.0.4.0"),
        case("word alone is a variant", "enterprise", "", ""),
        case("no version behind", "open-alpine", "", ""),
        case("number behind a variant", "jdk-25-and-26", "", ""),
    ],
)
def test_edition(tag: str, edition: str, version: str) -> None:
    parts = parse_tag(tag, WORDS)
    assert (parts.edition, ".".join(parts.version)) == (edition, version)


@pytest.mark.parametrize(
    ("tag", "version", "revision", "words"),
    [
        case("second version", "3.11-7.3-slim", "3.11", "7.3", ("slim",)),
        case("packaging", "8.0.46-37-centos", "8.0.46", "37", ("centos",)),
        case("update", "2026.2-u0", "2026.2", "u0", ()),
    ],
)
def test_revision(tag: str, version: str, revision: str, words: tuple[str, ...]) -> None:
    parts = parse_tag(tag, WORDS)
    assert (".".join(parts.version), parts.revision, parts.words) == (version, revision, words)


@pytest.mark.parametrize(
    ("tag", "version", "words"),
    [
        case("suite", "trixie-20260803-slim", "", ("trixie", "slim")),
        case("counted up", "trixie-20260811.1", "", ("trixie",)),
        case("alone", "20260805", "", ()),
        case("behind a version", "10.2-20260602", "10.2", ()),
        case("inside the version", "2023.12.20260817.0", "2023.12.20260817.0", ()),
    ],
)
def test_date(tag: str, version: str, words: tuple[str, ...]) -> None:
    parts = parse_tag(tag, WORDS)
    assert parts.dated
    assert (".".join(parts.version), parts.words) == (version, words)


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}", fullmatch=True))
def test_any_tag_is_taken_apart(tag: str) -> None:
    parts = parse_tag(tag, WORDS)
    assert parts.text == tag
    assert all(number.isdigit() for number in parts.version)
    assert all(word in tag for word in (*parts.words, parts.version_text, parts.revision))


@pytest.mark.parametrize(
    ("version", "line"),
    [
        case("longest cycle", "3.14.7", "3.14"),
        case("3.1 is not 3.14", "3.1.2", "3.1"),
        case("the cycle itself", "3.14", "3.14"),
        case("coarser", "3", ""),
        case("coarser cycle", "9.1", "9"),
        case("no cycle", "4.2.1", "4.2"),
        case("no cycle, too short", "4", ""),
        case("below 1.0", "0.6.3", "0.6"),
    ],
)
def test_line_of_a_version(version: str, line: str) -> None:
    cycles = {("3", "14"), ("3", "1"), ("9",)}
    assert ".".join(line_of(version.split("."), cycles, 2)) == line


def test_below_1_0_the_second_number_counts() -> None:
    assert line_of(("0", "6", "3"), set(), 1) == ("0", "6")
    assert line_of(("1", "6", "3"), set(), 1) == ("1",)


def test_prefix_of_a_version_goes_by_numbers() -> None:
    assert starts_with(("3", "14", "7"), ("3", "14"))
    assert not starts_with(("3", "14"), ("3", "1"))
    assert not starts_with(("3",), ("3", "1"))


def test_dotted_versions() -> None:
    assert dotted("3.14") == ("3", "14")
    assert dotted("noetic") == dotted("20h2") == dotted("3.") == dotted("٣") == ()


def test_both_readings_agree_on_the_version_of_every_listed_tag() -> None:
    """versions.py reads the tags of any image, without the words that the official list gives;
    it finds more versions (`temurin-21`), and never another one."""
    catalogue = Catalogue.load()
    others = {}
    for name in catalogue.names:
        image = catalogue.find(name)
        assert image is not None
        for tag in image.by_tag:
            here, there = parse_tag(tag, catalogue.words), read_version(tag)
            if not here.version or there is None or there.is_date:
                continue
            one, other = tuple(map(int, here.version)), there.release
            if one[: len(other)] != other[: len(one)]:
                others[f"{name}:{tag}"] = (one, other)
    assert others == {}


def test_words_for_tags_of_any_image_hold_those_of_the_official_list() -> None:
    words = Catalogue.load().words
    table = tomllib.loads(resources.files("hardener.images").joinpath("tag_words.toml").read_text())
    assert words.suites <= set(table["codenames"])
    assert words.prereleases <= {*table["prerelease"], *table["glued-prerelease"]}
