"""What of an image has ended: the list is tests/cases/image-list, the day 2030-06-02."""

from datetime import date

import pytest

from hardener.images.lifecycle import Lifecycle

TODAY = date(2030, 6, 2)


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


def test_the_data_says_where_it_is_from(lifecycle: Lifecycle) -> None:
    assert lifecycle.snapshot == TODAY
    assert lifecycle.source == "an invented calendar"


@pytest.mark.parametrize(
    ("name", "tag", "line", "since"),
    [
        case("line", "python", "3.9", "3.9", date(2025, 11, 3)),
        case("line with variant", "python", "3.9-slim-buster", "3.9", date(2025, 11, 3)),
        case("release of the line", "python", "3.9.2-alpine", "3.9", date(2025, 11, 3)),
        case("coarser than a line", "python", "2-alpine", "2", date(2020, 4, 20)),
        case("line of one number", "node", "18-alpine", "18", date(2025, 5, 28)),
        case("code name of the list", "debian", "stretch-slim", "9", date(2022, 7, 11)),
        case("number for the code name", "debian", "9", "9", date(2022, 7, 11)),
        case("point release of the line", "debian", "10.13", "10", date(2024, 7, 1)),
        case("code name of the makers", "node", "hydrogen", "18", date(2025, 5, 28)),
        case("older than all that is listed", "registry", "2", "2", None),
        case("older, another variant", "adminer", "4-standalone", "4", None),
    ],
)
def test_retired_line(
    lifecycle: Lifecycle, name: str, tag: str, line: str, since: date | None
) -> None:
    found = lifecycle.retired(name, tag, TODAY)
    assert found is not None
    assert (found.name, found.line, found.since) == (name, line, since)


@pytest.mark.parametrize(
    ("name", "tag", "since", "replacement"),
    [
        case("removed from the list", "centos", "7", date(2024, 7, 1), "almalinux"),
        case("removed, no tag", "java", None, date(2017, 2, 27), "eclipse-temurin"),
        case("removed long ago", "jenkins", "2.60", None, "jenkins/jenkins"),
        case("kept without entries", "unit", "1.34", None, None),
    ],
)
def test_retired_image(
    lifecycle: Lifecycle, name: str, tag: str | None, since: date | None, replacement: str | None
) -> None:
    found = lifecycle.retired(name, tag, TODAY)
    assert found is not None
    assert (found.line, found.since) == (None, since)
    assert next(iter(found.replacements), None) == replacement


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        case("listed", "python", "3.14"),
        case("latest", "python", None),
        case("release of a living line", "python", "3.13.1"),
        case("minor of a living major", "node", "22.22"),
        case("point release of a living suite", "debian", "12.14"),
        case("newer than the list", "python", "3.16-slim"),
        case("newer in the other way to count", "bonita", "12.0"),
        case("no line in the tag", "python", "buster"),
        case("latest that is not listed", "mongo", None),
        case("not an official image", "bitnami/python", "3.9"),
        case("unknown name", "nosuchimage", "1"),
    ],
)
def test_not_retired(lifecycle: Lifecycle, name: str, tag: str | None) -> None:
    assert lifecycle.retired(name, tag, TODAY) is None


@pytest.mark.parametrize(
    ("name", "tag", "titles"),
    [
        case("line", "python", "3.9", ["Python 3.9"]),
        case("release", "python", "3.9.18-slim", ["Python 3.9"]),
        case("both ended", "python", "3.9-slim-buster", ["Python 3.9", "Debian 10 (buster)"]),
        case("only the suite ended", "python", "3.14-buster", ["Debian 10 (buster)"]),
        case("Alpine in a variant", "python", "3.13-alpine3.14", ["Alpine 3.14"]),
        case("3.1 is not 3.14", "python", "3.1", ["Python 3.1"]),
        case("coarser than a line", "python", "2", ["Python 2.7"]),
        case("a line that is listed still", "node", "22", ["Node.js 22"]),
        case("code name", "node", "jod", ["Node.js 22"]),
        case(
            "another image of the product",
            "bitnami/python",
            "2.7.18-debian-10-r5",
            ["Python 2.7", "Debian 10 (buster)"],
        ),
        case("suite by code name", "debian", "buster-slim", ["Debian 10 (buster)"]),
        case("suite by number", "debian", "9.13", ["Debian 9 (stretch)"]),
        case("Ubuntu gets no patches without paying", "ubuntu", "focal", ["Ubuntu 20.04 (focal)"]),
        case("suite of an unknown image", "owner/app", "1.2-buster", ["Debian 10 (buster)"]),
        case(
            "suite with a release of the image", "owner/app", "focal-1.0", ["Ubuntu 20.04 (focal)"]
        ),
        case(
            "distribution in the name",
            "gcr.io/distroless/static-debian10",
            None,
            ["Debian 10 (buster)"],
        ),
        case(
            "Red Hat in the name", "registry.access.redhat.com/ubi8/ubi-minimal", "8.10", ["RHEL 8"]
        ),
        case("line by name of another product", "ros", "noetic-ros-base", ["ROS noetic"]),
        case("line by name", "ros", "foxy", ["ROS 2 foxy"]),
        case("one cycle for every tag", "clearlinux", None, ["Clear Linux current"]),
        case("no date, only the state", "groovy", "2.4-jdk8", ["Groovy 2.4"]),
        case(
            "word that is a cycle",
            "mcr.microsoft.com/windows/servercore",
            "20H2",
            ["Windows Server 20h2"],
        ),
        case("framework", "mcr.microsoft.com/dotnet/sdk", "5.0", [".NET 5"]),
        case("further name of a product", "mcr.microsoft.com/dotnet/core/sdk", "5.0", [".NET 5"]),
        case(
            "mirror of the official images",
            "public.ecr.aws/docker/library/python",
            "3.9",
            ["Python 3.9"],
        ),
        case("distribution of a listed tag", "swift", "6.3-amazonlinux2", ["Amazon Linux 2"]),
        case("distribution that the tag does not say", "swift", "6.2", ["Ubuntu 24.04 (noble)"]),
    ],
)
def test_ended(lifecycle: Lifecycle, name: str, tag: str | None, titles: list[str]) -> None:
    assert [end.title for end in lifecycle.end_of_life(name, tag, TODAY)] == titles


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        case("supported", "python", "3.14-slim"),
        case("no tag", "python", None),
        case("coarse tag that means a supported line", "python", "3"),
        case("floating tag", "node", "lts"),
        case("suite that everyone gets patches for", "debian", "bookworm-slim"),
        case("the same in a variant", "python", "3.14-bookworm"),
        case("12 is not Ubuntu 12.10", "buildpack-deps", "bookworm"),
        case("suite without a cycle", "debian", "sid"),
        case("code name before Docker", "owner/app", "bo"),
        case(
            "Windows release under its other name", "mcr.microsoft.com/windows/servercore", "1809"
        ),
        case("long-term release of Windows", "mcr.microsoft.com/windows/servercore", "ltsc2019"),
        case("not a version of the product", "mcr.microsoft.com/dotnet/sdk", "latest"),
        case("name that is a user's own", "owner/python", "3.9"),
        case("image of no product", "owner/app", "1.0"),
        case("word that only looks like a distribution", "owner/allow2", "v2-alpine"),
    ],
)
def test_not_ended(lifecycle: Lifecycle, name: str, tag: str | None) -> None:
    assert lifecycle.end_of_life(name, tag, TODAY) == ()


@pytest.mark.parametrize(
    ("today", "ended"),
    [
        case("the day before", date(2030, 10, 30), False),
        case("the day itself", date(2030, 10, 31), True),
    ],
)
def test_the_day_of_the_end(lifecycle: Lifecycle, today: date, ended: bool) -> None:
    assert bool(lifecycle.end_of_life("python", "3.13", today)) is ended


def test_the_end_of_debian_is_the_end_of_its_lts(lifecycle: Lifecycle) -> None:
    (end,) = lifecycle.end_of_life("debian", "bookworm", date(2031, 7, 1))
    assert end.since == date(2031, 6, 30)


def test_lines_to_move_to(lifecycle: Lifecycle) -> None:
    product, distribution = lifecycle.end_of_life("python", "3.9-slim-buster", TODAY)
    assert not product.distribution
    assert product.nearest is not None
    assert product.newest is not None
    # 3.12 is supported but not listed
    assert (product.nearest.name, product.nearest.tag) == ("3.11", "3.11-slim")
    assert (product.newest.name, product.newest.tag) == ("3.14", "3.14-slim")
    assert product.newest.ends == date(2031, 10, 31)
    assert distribution.distribution
    assert distribution.nearest is not None
    assert (distribution.nearest.cycle, distribution.nearest.name) == ("12", "bookworm")
    assert distribution.nearest.tag is None


def test_a_line_that_ends_soon_is_no_place_to_move_to(lifecycle: Lifecycle) -> None:
    (end,) = lifecycle.end_of_life("python", "3.9", date(2030, 10, 15))
    assert end.nearest is not None
    assert end.nearest.name == "3.14"


def test_the_only_line_left_is_named_though_it_ends_soon(lifecycle: Lifecycle) -> None:
    (end,) = lifecycle.end_of_life("python", "3.9", date(2031, 10, 1))
    assert end.nearest is not None
    assert end.nearest.name == "3.14"


def test_the_tag_to_move_to_leaves_a_distribution_that_ended(lifecycle: Lifecycle) -> None:
    product, _ = lifecycle.end_of_life("python", "3.9-bookworm", date(2031, 7, 1))
    assert product.newest is not None
    # 3.14-bookworm is listed
    assert product.newest.tag == "3.14"


def test_no_line_is_left(lifecycle: Lifecycle) -> None:
    (end,) = lifecycle.end_of_life("ros", "noetic", TODAY)
    assert (end.nearest, end.newest) == (None, None)


def test_retired_line_names_what_is_supported(lifecycle: Lifecycle) -> None:
    found = lifecycle.retired("python", "3.9-slim", TODAY)
    assert found is not None
    assert found.nearest is not None
    assert found.nearest.tag == "3.11-slim"


def test_retired_line_names_what_is_listed_where_no_end_is_known(lifecycle: Lifecycle) -> None:
    found = lifecycle.retired("adminer", "4-standalone", TODAY)
    assert found is not None
    assert found.nearest is not None
    assert found.newest is not None
    assert (found.nearest.tag, found.newest.tag) == ("5-standalone", "6-standalone")
