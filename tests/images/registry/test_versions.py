"""Tags read as versions, over the shapes that real images are tagged with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.images.versions import (
    Step,
    best_of,
    floats,
    more_specific,
    newer,
    read_version,
    refines,
    specificity,
)


def words(text: str) -> list[str]:
    """The words of a text: a list of tags that can be read."""
    return text.split()


TAGS = {
    "python": "3 3.13 3.14 3.13.9 3.14.1 3.14.1-trixie 3.14.2-slim-trixie 3.14.7 3.14.7-trixie "
    "3.14.7-bookworm 3.14.7-slim-trixie 3.14.7-alpine3.23 3.14.10rc1-trixie 3.15.0a1-trixie "
    "3.15.0rc1-trixie 3.15-rc-trixie 4.0.0-trixie latest slim",
    "node": "20.11.1-alpine3.19 20.11.1-alpine3.18 20.11.2-alpine3.20 20.19.6-alpine3.19 "
    "20.19.6-alpine 20.19.6 22.21.1-alpine3.19 22.21.1-alpine3.22 lts-alpine3.19 20-alpine3.19",
    "postgres": "16 16.2 16.2-alpine 16.11-alpine 16.11 16.12-alpine3.22 17.7-alpine "
    "18beta1-alpine 18.1-alpine alpine",
    "temurin": "17.0.10_7-jdk-jammy 17.0.10_7-jdk 17.0.11_9-jdk-jammy 17.0.17_10-jdk-jammy "
    "17.0.17_10-jre-jammy 17.0.17_10-jdk-noble 17_35-jdk-jammy 21_35-jdk-jammy 21.0.9_10-jdk-jammy "
    "25.0.4.1_1-jdk-jammy 8u402-b06-jdk-jammy 8u472-b08-jdk-jammy 17-jdk-jammy",
    "golang": "1.22.1 1.22.12 1.22 1.23.4 1.25.5 1.26rc1 1.22.12-alpine3.21 tip-20260815",
    "nginx": "1.25.4-alpine-slim 1.25.5-alpine-slim 1.25.5-alpine 1.25.5-alpine3.19-slim "
    "1.29.4-alpine-slim mainline-alpine-slim stable-alpine-slim",
    "ubuntu": "22.04 24.04 24.10 26.04 noble noble-20240225 noble-20251013 jammy-20251013",
    "debian": "bookworm bookworm-slim bookworm-20240311-slim bookworm-20251117-slim "
    "bookworm-20251117 trixie-20251117-slim 12.5-slim 12.12-slim unstable-20251117-slim",
    "dotnet": "8.0.3-jammy 8.0.22-jammy 8.0.22-noble 8.0.22-jammy-amd64 9.0.11-jammy "
    "10.0.0-preview.1-jammy 10.0.0-rc.2-jammy 10.0.1-jammy 8.0-jammy",
    "hashicorp": "v1.2.3 v1.2.9 v1.3.0 v2.0.0 v2.1.0-beta1 1.2.10 v1.2.9-ubi",
    "redis": "7.2.4 7.2.12 7.4.7 8.4.0 8.4-rc1 7.2.12-alpine 7 7.2",
    "dates": "20240101 20251101 2024-01-01 2025-11-01 20251101.2",
    "calver": "2023.10.1 2023.10.5 2023.11.0 2025.11.3 2025.12.0b1 3.1.4",
    "minio": "RELEASE.2024-03-15T01-07-19Z RELEASE.2025-09-07T16-13-09Z "
    "RELEASE.2025-09-07T16-13-09Z-cpuv1 latest",
    "ubi": "9.3 9.3-1552 9.3-1610 9.5-1741850109 9.5-1741850110-source latest",
    "bitnami": "16.2.0-debian-12-r8 16.2.0-debian-12-r18 16.6.0-debian-12-r2 16.6.0-debian-11-r9 "
    "17.0.0-debian-12-r0",
    "dev-variant": "3.12-dev 3.12.3-dev 3.12.9-dev 3.12.9 3.13.0.dev1",
    "hashes": "1234567 4e5b6c7 7.1.2 7.1.3 8f1e2d3c 20240101-4e5b6c7",
    "tomcat": "10.1.19-jdk17 10.1.49-jdk17 10.1.49-jdk21 11.0.0-M2-jdk17 11.0.14-jdk17",
    "prefixed": "release-1.2.3 release-1.2.4 version-1.2.9 1.2.5",
}


@pytest.mark.parametrize(
    ("image", "tag", "patch", "minor", "major", "line_parts"),
    [
        pytest.param(
            "python",
            "3.14.1-trixie",
            "3.14.7-trixie",
            "3.14.7-trixie",
            "4.0.0-trixie",
            2,
            id="python",
        ),
        pytest.param(
            "python", "3.14.2-slim-trixie", *["3.14.7-slim-trixie"] * 3, 2, id="python-slim"
        ),
        pytest.param("python", "3.13.9", None, "3.14.7", "3.14.7", 2, id="newest-of-its-line"),
        pytest.param("python", "3.13", None, "3.14", "3.14", 2, id="a-line-stays-a-line"),
        pytest.param("python", "3", None, None, None, 2, id="no-other-major-of-that-form"),
        pytest.param("python", "latest", None, None, None, 2, id="no-version"),
        pytest.param("python", "slim", None, None, None, 2, id="only-a-variant"),
        pytest.param(
            "python", "3.15.0a1-trixie", None, None, "4.0.0-trixie", 2, id="from-a-prerelease"
        ),
        pytest.param(
            "node",
            "20.11.1-alpine3.19",
            "20.19.6-alpine3.19",
            "20.19.6-alpine3.19",
            "22.21.1-alpine3.19",
            1,
            id="node-whose-line-is-one-number",
        ),
        pytest.param(
            "node", "20.11.1-alpine3.18", None, None, None, 1, id="node-variant-that-ended"
        ),
        pytest.param(
            "postgres",
            "16.2-alpine",
            "16.11-alpine",
            "16.11-alpine",
            "18.1-alpine",
            1,
            id="postgres",
        ),
        pytest.param("postgres", "16.2", "16.11", "16.11", "16.11", 1, id="postgres-plain"),
        pytest.param(
            "temurin",
            "17.0.10_7-jdk-jammy",
            "17.0.17_10-jdk-jammy",
            "17.0.17_10-jdk-jammy",
            "25.0.4.1_1-jdk-jammy",
            1,
            id="temurin",
        ),
        pytest.param(
            "temurin",
            "17_35-jdk-jammy",
            "17.0.17_10-jdk-jammy",
            "17.0.17_10-jdk-jammy",
            "25.0.4.1_1-jdk-jammy",
            1,
            id="temurin-first-release",
        ),
        pytest.param(
            "temurin", "8u402-b06-jdk-jammy", *["8u472-b08-jdk-jammy"] * 3, 1, id="temurin-8"
        ),
        pytest.param("golang", "1.22.1", "1.22.12", "1.25.5", "1.25.5", 2, id="golang"),
        pytest.param(
            "nginx",
            "1.25.4-alpine-slim",
            "1.25.5-alpine-slim",
            "1.29.4-alpine-slim",
            "1.29.4-alpine-slim",
            2,
            id="nginx-two-word-variant",
        ),
        pytest.param("ubuntu", "24.04", None, "24.10", "26.04", 2, id="ubuntu"),
        pytest.param("ubuntu", "noble", None, None, None, 2, id="ubuntu-by-name"),
        pytest.param("ubuntu", "noble-20240225", *["noble-20251013"] * 3, 2, id="ubuntu-by-date"),
        pytest.param(
            "debian",
            "bookworm-20240311-slim",
            *["bookworm-20251117-slim"] * 3,
            2,
            id="debian-by-date-keeps-its-release",
        ),
        pytest.param("debian", "12.5-slim", *["12.12-slim"] * 3, 1, id="debian-by-number"),
        pytest.param(
            "dotnet", "8.0.3-jammy", "8.0.22-jammy", "8.0.22-jammy", "10.0.1-jammy", 2, id="dotnet"
        ),
        pytest.param("hashicorp", "v1.2.3", "v1.2.9", "v1.3.0", "v2.0.0", 2, id="leading-v"),
        pytest.param("redis", "7.2.4", "7.2.12", "7.4.7", "8.4.0", 2, id="redis"),
        pytest.param("dates", "20240101", *["20251101"] * 3, 2, id="date"),
        pytest.param("dates", "2024-01-01", *["2025-11-01"] * 3, 2, id="date-with-hyphens"),
        pytest.param("calver", "2023.10.1", "2023.10.5", "2023.11.0", "2025.11.3", 2, id="calver"),
        pytest.param("calver", "3.1.4", None, None, None, 2, id="years-are-no-versions"),
        pytest.param(
            "minio",
            "RELEASE.2024-03-15T01-07-19Z",
            *["RELEASE.2025-09-07T16-13-09Z"] * 3,
            2,
            id="minio",
        ),
        pytest.param(
            "ubi", "9.3-1552", "9.3-1610", "9.5-1741850109", "9.5-1741850109", 2, id="red-hat-ubi"
        ),
        pytest.param("ubi", "9.3", None, None, None, 2, id="red-hat-ubi-floating"),
        pytest.param(
            "bitnami",
            "16.2.0-debian-12-r8",
            "16.2.0-debian-12-r18",
            "16.6.0-debian-12-r2",
            "17.0.0-debian-12-r0",
            2,
            id="bitnami-revision",
        ),
        pytest.param("dev-variant", "3.12.3-dev", *["3.12.9-dev"] * 3, 2, id="dev-as-a-variant"),
        pytest.param("hashes", "7.1.2", "7.1.3", "7.1.3", "7.1.3", 2, id="hashes-are-no-versions"),
        pytest.param("hashes", "4e5b6c7", None, None, None, 2, id="a-hash-has-nothing-newer"),
        pytest.param(
            "tomcat",
            "10.1.19-jdk17",
            "10.1.49-jdk17",
            "10.1.49-jdk17",
            "11.0.14-jdk17",
            2,
            id="tomcat-milestone-is-no-release",
        ),
        pytest.param("prefixed", "release-1.2.3", *["release-1.2.4"] * 3, 2, id="words-before"),
    ],
)
def test_the_newest_tag_of_the_same_shape(
    image: str, tag: str, patch: str | None, minor: str | None, major: str | None, line_parts: int
) -> None:
    tags = words(TAGS[image])
    found = [newer(tag, tags, step=step, line_parts=line_parts) for step in Step]

    assert found == [patch, minor, major]


@pytest.mark.parametrize(
    "tag",
    words(
        "3.15.0a1 3.15.0b2-slim 3.15.0rc1 3.15-rc 3.15-rc-slim-trixie 18beta1 1.26rc1 "
        "8.4.25RC1-cli 10.0.0-preview.1-jammy 9.0.0-alpha.1 11.0.0-M2-jdk17 26.0.0.Beta1 "
        "28-ea-11-jdk 28-ea 1.2.3-SNAPSHOT 2.0.0-nightly 3.13.0.dev1 1.0.0-canary.5 6.0.0-beta-2 "
        "4.0.0-rc-5-noble"
    ),
)
def test_prereleases_are_known_as_such(tag: str) -> None:
    version = read_version(tag)

    assert version is not None
    assert version.prerelease is not None


@pytest.mark.parametrize(
    "tag",
    words(
        "3.14.1 3.14.1-trixie 3.12-dev 8u402-b06-jdk 20.11.1-alpine3.19 1.25.4-alpine-slim v1.2.3 "
        "26.1.3.Final-jdk17 bookworm-20240311 9.3-1552 2.440.1-lts-jdk17 24.0.7-cli 16-bullseye"
    ),
)
def test_releases_are_not_taken_for_prereleases(tag: str) -> None:
    version = read_version(tag)

    assert version is not None
    assert version.prerelease is None


@pytest.mark.parametrize(
    "tag",
    words(
        "latest lts stable slim bookworm bookworm-slim jdk17 php8.2-apache alpine3.19 4e5b6c7 ubi9 "
        "windowsservercore-ltsc2022 sha-1a2b3c"
    ),
)
def test_tags_without_a_version_have_none(tag: str) -> None:
    assert read_version(tag) is None


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("latest", True),
        ("3", True),
        ("3.14-slim", True),
        ("16.2-alpine", True),
        ("bookworm-slim", True),
        ("3.14.1", False),
        ("3.14.1-slim", False),
        ("bookworm-20240311-slim", False),
        ("17.0.10_7-jdk", False),
        ("8u402-b06-jdk", False),
        ("9.3-1552", False),
        ("RELEASE.2024-03-15T01-07-19Z", False),
    ],
)
def test_tags_that_move_are_told_from_tags_that_do_not(tag: str, expected: bool) -> None:
    assert floats(tag) is expected


@pytest.mark.parametrize(
    ("candidate", "tag", "expected"),
    [
        ("3.14.1", "3.14", True),
        ("3.14.1-trixie", "3", True),
        ("3.14-trixie", "3.14", True),
        ("3.14.1-slim-trixie", "3.14-slim", True),
        ("20.11.1-alpine3.19", "20-alpine", True),
        ("3.14.1-trixie", "latest", True),
        ("24.11.0-alpine3.22", "lts-alpine", True),
        ("bookworm-20240311-slim", "bookworm-slim", True),
        ("3.1.1", "3.14", False),
        ("3.14", "3.14", False),
        ("3.14", "3.14.1", False),
        ("3.14.1", "3.14-slim", False),
        ("3.15.0rc1", "3", False),
        ("tip-20260815", "latest", False),
        ("3.15.0rc1", "3.15-rc", True),
        ("trixie-20240311", "bookworm", False),
        ("20.11.1-alpine3.19", "20-slim", False),
        ("v1.2.3", "1.2", False),
        ("slim", "latest", False),
    ],
)
def test_which_tags_could_say_more_exactly_what_another_means(
    candidate: str, tag: str, expected: bool
) -> None:
    assert refines(candidate, tag) is expected


@pytest.mark.parametrize(
    ("image", "tag", "first"),
    [
        pytest.param("python", "3.14", "3.14.7", id="newest-patch-first"),
        pytest.param("python", "latest", "4.0.0-trixie", id="newest-of-all-first"),
        pytest.param("debian", "bookworm-slim", "bookworm-20251117-slim", id="newest-date-first"),
        pytest.param("ubuntu", "noble", "noble-20251013", id="of-the-named-release-only"),
        pytest.param("golang", "1.22", "1.22.12", id="variant-unchanged-first"),
    ],
)
def test_the_likeliest_candidates_come_first(image: str, tag: str, first: str) -> None:
    assert more_specific(tag, words(TAGS[image]), limit=8)[0] == first


def test_of_a_tag_without_version_every_line_has_a_turn() -> None:
    tags = [
        f"{major}.{minor}.{patch}"
        for major in (20, 22, 24)
        for minor in range(9)
        for patch in range(9)
    ]

    # "lts" may be any of the majors, "stable" any of the minor lines
    assert {"24.8.8", "22.8.8", "20.8.8", "24.7.8"} <= set(more_specific("lts", tags, limit=8))


@pytest.mark.parametrize(
    ("tag", "same", "best"),
    [
        ("3", ["3.14", "3.14.1", "3.14.1-trixie"], "3.14.1-trixie"),
        ("3", ["3.14.1-slim-trixie", "3.14.1-trixie", "3.14.1"], "3.14.1-trixie"),
        ("3-slim", ["3.14.1-slim", "3.14.1-slim-trixie"], "3.14.1-slim-trixie"),
        ("latest", ["3", "3.14"], "3.14"),
        ("3.14", ["3", "3.14", "latest"], None),
        ("3.14", [], None),
    ],
)
def test_the_most_exact_of_tags_with_one_digest(
    tag: str, same: list[str], best: str | None
) -> None:
    assert best_of(tag, same) == best


WORDS = st.sampled_from(
    [
        "",
        *words("1 3 14 20240311 2024 2024-03-11 v rc rc1 alpine alpine3.19 slim jdk u402 b06 r8"),
        *words("bookworm latest dev beta M M2 a1 x _7"),
    ]
)
TEXTS = st.lists(
    st.tuples(WORDS, st.sampled_from(["-", ".", "_", ""])), min_size=1, max_size=6
).map(lambda parts: "".join(word + separator for word, separator in parts))
ANY = st.one_of(
    TEXTS, st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z"), st.text(max_size=200)
)


@given(
    tag=ANY, tags=st.lists(ANY, max_size=12), step=st.sampled_from(Step), parts=st.integers(0, 4)
)
def test_what_is_answered_is_newer_of_the_same_shape_and_released(
    tag: str, tags: list[str], step: Step, parts: int
) -> None:
    found = newer(tag, tags, step=step, line_parts=parts)
    if found is None:
        return

    before, after = read_version(tag), read_version(found)
    assert before is not None
    assert after is not None
    assert found in tags
    assert found != tag
    assert after.prerelease is None
    assert (after.shape, after.variant) == (before.shape, before.variant)
    assert after.order > before.order
    # once moved, there is nothing left to move to
    assert newer(found, tags, step=step, line_parts=parts) is None


@given(tag=ANY, tags=st.lists(ANY, max_size=12), limit=st.integers(0, 5))
def test_candidates_are_of_the_list_and_say_more(tag: str, tags: list[str], limit: int) -> None:
    found = more_specific(tag, tags, limit=limit)

    assert len(found) <= limit
    assert set(found) <= set(tags)
    assert tag not in found
    best = best_of(tag, found)
    assert best is None or specificity(best) > specificity(tag)
