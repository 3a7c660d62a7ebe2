"""What a tag meant on the day of the list, and the tag that names its release line.

The list is tests/cases/image-list.
"""

from datetime import date

import pytest

from hardener.images.catalogue import Catalogue, TagKind


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


def test_the_list_says_where_it_is_from(catalogue: Catalogue) -> None:
    assert catalogue.snapshot == date(2030, 6, 1)
    assert catalogue.source.startswith("docker-library/official-images@0123456789")
    assert "python" in catalogue.names


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        case("no tag", "python", None, "3.14-trixie"),
        case("latest", "python", "latest", "3.14-trixie"),
        case("variant", "python", "slim", "3.14-slim-trixie"),
        case("variant names its release", "python", "alpine", "3.14-alpine3.24"),
        case("variant with a release keeps it", "python", "alpine3.23", "3.14-alpine3.23"),
        case("suite", "python", "bookworm", "3.14-bookworm"),
        case("coarser than the line", "python", "3", "3.14-trixie"),
        case("coarser with a variant", "python", "3-slim", "3.14-slim-trixie"),
        case("the line is the major", "node", None, "26-trixie"),
        case("the line is the major, variant", "node", "alpine", "26-alpine3.24"),
        case("channel", "node", "lts", "24-bookworm"),
        case("channel with a variant", "node", "lts-alpine", "24-alpine3.24"),
        case("code names come first in debian's list", "debian", None, "trixie"),
        case("numbers come first in ubuntu's list", "ubuntu", None, "26.04"),
        case("channel of ubuntu", "ubuntu", "rolling", "26.04"),
        case("stable is another image than trixie", "debian", "stable", "trixie"),
        case("stable keeps its variant", "debian", "stable-slim", "trixie-slim"),
        case("channel of buildpack-deps", "buildpack-deps", "oldstable-scm", "bookworm-scm"),
        case("variant alone of a distribution", "buildpack-deps", "scm", "trixie-scm"),
        case("distribution without suites", "alpine", None, "3.24"),
        case("majors live side by side", "adminer", None, "6-standalone"),
        case("minors live side by side", "nim", None, "2.2"),
        case("below 1.0", "cirros", None, "0.6"),
        case("the line itself is no tag", "liquibase", None, "5.0"),
        case("two ways to count", "bonita", None, "2026.2"),
        case("two versions in a tag", "pypy", None, "3.11-trixie"),
        case("revision behind the variant", "fluentd", None, "v1.19-debian-1"),
        case("number that belongs to a word", "maven", None, "3.9-eclipse-temurin-26-noble"),
        case("the first of two spellings", "traefik", None, "v3.7"),
    ],
)
def test_tag_of_the_release_line(
    catalogue: Catalogue, name: str, tag: str | None, expected: str
) -> None:
    assert catalogue.release_line_tag(name, tag).tag == expected


@pytest.mark.parametrize(
    ("name", "tag", "reason"),
    [
        case("no image of the list", "nosuchimage", None, "not among the Docker Official Images"),
        case("the list has no latest", "mongo", None, "has no tag latest for mongo"),
        case("no tags left", "unit", None, "has no tags left for unit"),
        case("single releases only", "couchbase", None, "only single releases of couchbase"),
        case("no release lines", "archlinux", None, "names a release line"),
        case("rolling", "alpine", "edge", "names a release line"),
        case("unstable", "debian", "sid", "names a release line"),
        case("ahead of a release", "python", "3.15-rc", "ahead of a release"),
    ],
)
def test_why_there_is_no_tag(catalogue: Catalogue, name: str, tag: str | None, reason: str) -> None:
    answer = catalogue.release_line_tag(name, tag)
    assert answer.tag is None
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("tag", "platform", "expected"),
    [
        case("Windows picks its own image", None, "windows/amd64", "3.14"),
        case("system alone", None, "windows", "3.14"),
        case("Windows variant", "windowsservercore", None, "3.14-windowsservercore"),
        case(
            "Windows release", "windowsservercore-ltsc2022", None, "3.14-windowsservercore-ltsc2022"
        ),
        case("Linux", None, "linux/arm64/v8", "3.14-trixie"),
        case("architecture alone", None, "aarch64", "3.14-trixie"),
        case("older ARM runs on newer", None, "linux/arm/v7", "3.14-trixie"),
    ],
)
def test_tag_for_a_platform(
    catalogue: Catalogue, tag: str | None, platform: str | None, expected: str
) -> None:
    assert catalogue.release_line_tag("python", tag, platform=platform).tag == expected


def test_platform_without_an_image(catalogue: Catalogue) -> None:
    answer = catalogue.release_line_tag("python", "slim", platform="linux/riscv64")
    assert answer.tag is None
    assert answer.reason == "python:slim is not built for linux/riscv64"


@pytest.mark.parametrize(
    ("name", "tag", "kind", "listed", "line"),
    [
        case("no image", "nosuchimage", "1", TagKind.NO_IMAGE, False, None),
        case("mistyped", "python", "slmi", TagKind.UNKNOWN, False, None),
        case("no tag", "python", None, TagKind.LATEST, True, "3.14"),
        case("latest that is not listed", "mongo", "latest", TagKind.LATEST, False, None),
        case("variant", "python", "slim", TagKind.VARIANT, True, "3.14"),
        case("variant of two words", "python", "slim-trixie", TagKind.VARIANT, True, "3.14"),
        case("suite of old", "python", "buster", TagKind.VARIANT, False, None),
        case("channel", "node", "lts", TagKind.CHANNEL, True, "24"),
        case("channel of old", "node", "lts-buster", TagKind.CHANNEL, False, None),
        case("channel of a distribution", "debian", "stable-slim", TagKind.CHANNEL, True, "13"),
        case("unstable", "debian", "sid", TagKind.CHANNEL, True, None),
        case("devel is a variant here", "archlinux", "base-devel", TagKind.VARIANT, True, None),
        case("major", "python", "3", TagKind.MAJOR, True, "3.14"),
        case("major of old", "python", "2-alpine", TagKind.MAJOR, False, None),
        case("line", "python", "3.14", TagKind.LINE, True, "3.14"),
        case("line with variant", "python", "3.13-slim", TagKind.LINE, True, "3.13"),
        case("line of old", "python", "3.9-slim-buster", TagKind.LINE, False, "3.9"),
        case("line newer than the list", "python", "3.16", TagKind.LINE, False, "3.16"),
        case("3.1 is not 3.14", "python", "3.1", TagKind.LINE, False, "3.1"),
        case("line of one number", "node", "26", TagKind.LINE, True, "26"),
        case("part of a line that still moves", "node", "26.7", TagKind.LINE, True, "26"),
        case("code name of a line", "node", "jod", TagKind.LINE, True, "22"),
        case("code name of old", "node", "hydrogen-alpine", TagKind.LINE, False, "18"),
        case("code name of the latest line", "traefik", "langres", TagKind.LINE, True, "3.7"),
        case("suite is a line", "debian", "bookworm-slim", TagKind.LINE, True, "12"),
        case("suite that is not out", "debian", "forky", TagKind.LINE, True, "forky"),
        case("suite of old", "debian", "buster", TagKind.LINE, False, "10"),
        case("number of a suite", "debian", "12", TagKind.LINE, True, "12"),
        case("line of two numbers that is all", "ubuntu", "26.04", TagKind.LINE, True, "26.04"),
        case("line that is ahead", "python", "3.15-rc", TagKind.LINE, True, "3.15"),
        case("release", "python", "3.14.7-slim", TagKind.RELEASE, True, "3.14"),
        case("release of old", "python", "3.13.1", TagKind.RELEASE, False, "3.13"),
        case("point release", "debian", "12.15", TagKind.RELEASE, True, "12"),
        case("image of a day", "debian", "trixie-20300525", TagKind.RELEASE, True, "13"),
        case("image of a day, without a line", "alpine", "20300505", TagKind.RELEASE, True, None),
        case("release candidate", "python", "3.15.0rc1", TagKind.RELEASE, True, "3.15"),
        case("revision", "pypy", "3.11-7.3", TagKind.RELEASE, True, "3.11"),
        case(
            "release of an edition", "couchbase", "enterprise-8.0.2", TagKind.RELEASE, True, "8.0"
        ),
    ],
)
def test_kinds_of_tags(
    catalogue: Catalogue,
    name: str,
    tag: str | None,
    kind: TagKind,
    listed: bool,
    line: str | None,
) -> None:
    found = catalogue.classify_tag(name, tag)
    assert (found.kind, found.listed, found.line) == (kind, listed, line)


def test_only_a_floating_tag_has_a_tag_of_its_line(catalogue: Catalogue) -> None:
    assert catalogue.classify_tag("python", "slim").line_tag.tag == "3.14-slim-trixie"
    line = catalogue.classify_tag("python", "3.14-slim")
    assert not line.floating
    assert line.line_tag.tag is None


def test_suite_in_a_tag(catalogue: Catalogue) -> None:
    assert catalogue.classify_tag("python", "3.9-slim-buster").suite == "buster"
    assert catalogue.classify_tag("python", "3.14-slim").suite is None


def test_same_image_everywhere_and_on_a_platform(catalogue: Catalogue) -> None:
    assert catalogue.same_image("python", "latest") == ("3.14.7", "3.14", "3", "latest")
    linux = catalogue.same_image("python", None, "linux/amd64")
    assert linux[0] == "3.14.7-trixie"
    assert "latest" in linux
    assert catalogue.same_image("python", "no-such-tag") == ()
    assert catalogue.same_image("nosuchimage", None) == ()


def test_entry_of_a_platform(catalogue: Catalogue) -> None:
    linux = catalogue.entry("python", "latest")
    assert linux is not None
    assert linux.system == "linux"
    windows = catalogue.entry("python", "latest", "windows")
    assert windows is not None
    assert (windows.system, windows.constraints) == ("windows", "windowsservercore-ltsc2025")
    assert catalogue.entry("python", "alpine", "linux/386") is None
    assert catalogue.entry("python", "no-such-tag") is None


def test_platforms_of_a_tag(catalogue: Catalogue) -> None:
    assert catalogue.platforms("python", "alpine") == ("linux/amd64", "linux/arm64", "linux/s390x")
    assert "windows/amd64" in catalogue.platforms("python", None)
    assert catalogue.platforms("alpine", "3.24") == ("linux/amd64", "linux/arm/v6")
    assert catalogue.platforms("adminer", None) == ("linux/amd64",)
    assert catalogue.platforms("python", "no-such-tag") == ()


@pytest.mark.parametrize(
    ("name", "tag", "line", "expected"),
    [
        case("variant is kept", "python", "3.9-slim", "3.14", "3.14-slim"),
        case(
            "suite is dropped where it is not listed",
            "python",
            "3.9-slim-buster",
            "3.13",
            "3.13-slim",
        ),
        case("suite is kept where it is listed", "python", "3.9-bookworm", "3.14", "3.14-bookworm"),
        case(
            "release of the variant is dropped", "python", "3.9-alpine3.12", "3.14", "3.14-alpine"
        ),
        case(
            "variant is dropped where it is not listed",
            "python",
            "3.9-windowsservercore-1809",
            "3.13",
            "3.13",
        ),
        case("no tag", "python", None, "3.13", "3.13"),
        case("number is answered with a number", "debian", "9-slim", "13", "13-slim"),
        case("code name with a code name", "debian", "stretch-slim", "13", "trixie-slim"),
        case("letter before the version", "traefik", "v1.7", "3.7", "v3.7"),
        case("no letter before the version", "traefik", "1.7", "3.7", "3.7"),
        case("line that is not listed", "python", "3.9", "3.10", None),
        case("no image of the list", "nosuchimage", "1", "2", None),
    ],
)
def test_tag_of_another_line(
    catalogue: Catalogue, name: str, tag: str | None, line: str, expected: str | None
) -> None:
    assert catalogue.sibling_tag(name, tag, line) == expected


def test_lines_of_an_image(catalogue: Catalogue) -> None:
    image = catalogue.find("python")
    assert image is not None
    assert image.lines == ("3.14", "3.13", "3.11")
    assert catalogue.find("nosuchimage") is None
