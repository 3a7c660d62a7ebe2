"""`harden refresh` against a real registry whose tags move, and the files for other programs."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import Online
from tests.cli.test_registries import mirror
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Answer, Server, free_port

GONE = f"sha256:{'0' * 64}"


def dated(day: str) -> dict[str, str]:
    return {"org.opencontainers.image.created": f"{day}T00:00:00Z"}


@pytest.mark.engine
def test_a_rebuilt_tag_gives_its_new_digest_and_both_dates(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    old = push.index("1.2-slim", annotations=dated("2026-01-01"))
    online.write(f"FROM {name}:1.2-slim@{old} AS a\nFROM {name}:1.2-slim\nRUN true\n")
    new = push.index("1.2-slim", annotations=dated("2026-02-03"), salt="rebuilt")

    diff = online.harden("refresh")
    written = online.harden("refresh", "--write")

    assert diff.code == 1
    assert f"+FROM {name}:1.2-slim@{new} AS a\n" in diff.out
    assert "the same tag, rebuilt; made 2026-01-01 -> 2026-02-03" in diff.err
    assert written.code == 0
    assert online.read() == f"FROM {name}:1.2-slim@{new} AS a\nFROM {name}:1.2-slim\nRUN true\n"
    assert online.harden("refresh", "--check").code == 0


@pytest.mark.engine
@pytest.mark.parametrize(
    ("options", "tag"),
    [
        pytest.param([], "3.13.9-slim", id="patch"),
        pytest.param(["--minor"], "3.14.2-slim", id="minor"),
        pytest.param(["--major"], "4.0.1-slim", id="major"),
    ],
)
def test_a_newer_release_as_far_as_asked(
    online: Online, registry: str, options: list[str], tag: str
) -> None:
    base = Pusher(registry, "library/steps")
    digests = {
        other: base.index(other, salt=other)
        for other in (
            "3.13.1-slim",
            "3.13.9-slim",
            "3.13.10",
            "3.13.11rc1-slim",
            "3.14.2-slim",
            "4.0.1-slim",
            "20260101-slim",
        )
    }
    online.write(f"FROM steps:3.13.1-slim@{digests['3.13.1-slim']}\n")
    online.write(mirror(registry), "harden.toml")

    ran = online.harden("refresh", "--write", *options)

    assert ran.code == 0, ran.err
    assert online.read() == f"FROM steps:{tag}@{digests[tag]}\n"
    assert "a newer release" in ran.err


@pytest.mark.engine
def test_lines_that_ended_are_told_and_never_moved_to(online: Online, registry: str) -> None:
    base = Pusher(registry, "library/python")
    digests = {tag: base.index(tag, salt=tag) for tag in ("3.7.1", "3.7.17", "3.8.20")}
    online.write(f"FROM python:3.7.1@{digests['3.7.1']}\n")
    online.write(mirror(registry), "harden.toml")

    ran = online.harden("refresh", "--write", "--minor")

    assert online.read() == f"FROM python:3.7.17@{digests['3.7.17']}\n"
    assert "Python 3.7 reached its end of life" in ran.err


@pytest.mark.engine
def test_what_follows_nothing_newer_or_no_tag_stays(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    digest = push.index("1.2.3", "1.2")
    text = f"FROM {name}:1.2.3@{digest} AS a\nFROM {name}@{digest} AS b\nFROM {name}:1.2 AS c\n"
    online.write(text)

    ran = online.harden("refresh", "--write")

    assert ran.code == 0
    assert online.read() == text
    assert "Dockerfile:2: refresh: " in ran.err
    assert "has no tag" in ran.err


@pytest.mark.engine
def test_an_old_image_that_is_gone_is_moved_all_the_same(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    digest = push.index("1.2.4")
    online.write(f"FROM {name}:1.2.3@{GONE}\nCOPY --from={name}:9.9.9@{GONE} /a /b\n")

    ran = online.harden("refresh", "--write")

    assert f"FROM {name}:1.2.4@{digest}\n" in online.read()
    assert f"{name}:9.9.9@{GONE}" in online.read()
    assert "Dockerfile:2: refresh: " in ran.err
    assert "not moved" in ran.err


@pytest.mark.engine
def test_refresh_asks_afresh(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    push.index("1.2")
    online.write(f"FROM {name}:1.2\n")
    online.harden("--write")
    new = push.index("1.2", salt="moved")

    online.harden("refresh", "--write")

    assert online.read() == f"FROM {name}:1.2@{new}\n"


def test_a_registry_that_can_not_be_reached_costs_one_line(online: Online) -> None:
    text = f"FROM python:3.14.1@{GONE}\nCOPY --from=node:26.1.0@{GONE} /a /b\n"
    online.write(text)
    online.write(mirror(f"127.0.0.1:{free_port()}"), "harden.toml")

    ran = online.harden("refresh", "--write")

    assert ran.code == 0
    assert online.read() == text
    assert sum(line.startswith("warning: ") for line in ran.err.split("\n")) == 1, ran.err


def test_many_files_are_refreshed_in_a_pool(online: Online) -> None:
    with Server(lambda seen: Answer(404)) as server:
        for number in range(100):
            online.write(f"FROM python:3.14.1@{GONE}\n", f"{number:03}/Dockerfile")
        online.write(mirror(server.host), "harden.toml")
        ran = online.harden("refresh", "--jobs", "2")

    assert ran.code == 0
    assert ran.err.count("not moved") == 100, ran.err
    assert len(server.seen) <= 4


def test_nothing_is_asked_where_nothing_is_pinned(online: Online) -> None:
    with Server() as server:
        online.write(mirror(server.host), "harden.toml")
        online.write(
            "FROM python:3.14\n"
            f"# harden: ignore[refresh] certified\nFROM python:3.14.1@{GONE}\nFROM scratch\n"
        )
        ran = online.harden("refresh")

    assert (ran.code, server.seen) == (0, [])


def test_offline_has_nothing_to_refresh_from(online: Online) -> None:
    online.write("offline = true\n", "harden.toml")

    ran = online.harden("refresh")

    assert ran.code == 2
    assert "offline" in ran.err


@pytest.mark.parametrize("way", ["--check", "--write"])
def test_a_wrong_call_is_told(online: Online, way: str) -> None:
    assert online.harden("refresh", "--renovate", way).code == 2


def test_renovate_gets_what_it_needs(online: Online) -> None:
    online.write("FROM a\n", "api/Dockerfile")
    online.write("FROM a\n", "web.Dockerfile")
    online.write("FROM a\n", "images/DOCKERFILE")

    ran = online.harden("refresh", "--renovate", "--minor")

    written = json.loads(online.read("renovate.json"))
    assert (ran.code, ran.out) == (0, "")
    assert written["dockerfile"]["managerFilePatterns"] == ["images/DOCKERFILE"]
    assert written["packageRules"][0]["matchUpdateTypes"] == ["major"]
    assert "minor" in written["packageRules"][1]["matchUpdateTypes"]


def test_dependabot_gets_what_it_needs(online: Online) -> None:
    online.write("FROM a\n")
    online.write("FROM a\n", "services/api/Dockerfile")

    ran = online.harden("refresh", "--dependabot")

    assert ran.code == 0, ran.err
    assert online.read(".github/dependabot.yml").split("\n") == [
        "version: 2",
        "updates:",
        "  - package-ecosystem: docker",
        "    directories:",
        '      - "/"',
        '      - "/services/api"',
        "    schedule:",
        "      interval: weekly",
        "    groups:",
        "      base-images:",
        '        patterns: ["*"]',
        "    # new release lines are chosen by people",
        "    ignore:",
        '      - dependency-name: "*"',
        "        update-types: [version-update:semver-minor, version-update:semver-major]",
        "",
    ]


def test_a_configuration_that_is_there_stays(online: Online) -> None:
    online.write("FROM a\n")
    online.write("{}\n", "renovate.json")

    ran = online.harden("refresh", "--renovate")

    assert ran.code == 2
    assert online.read("renovate.json") == "{}\n"
    assert "is there already" in ran.err
    assert "docker:pinDigests" in json.loads(ran.out)["extends"]
