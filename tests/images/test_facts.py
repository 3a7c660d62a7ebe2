"""What facts_for answers; every expectation was read in the image's source by eye."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.images.facts import Account, PrivilegeDrop, facts_for, likely_family


def asked(reference: str, **more: Any) -> Any:
    name, _, tag = reference.partition(":")
    facts = facts_for(name, tag or None, **more)
    assert facts is not None, f"{reference} is not recorded"
    return facts


SHADOW_ROOT = {"family": "shadow", "user_is_root": True, "has_shell": True}
BUSYBOX_ROOT = {"family": "busybox", "user_is_root": True, "has_shell": True}

IMAGES: list[tuple[str, str, dict[str, Any]]] = [
    # languages
    ("node", "node", SHADOW_ROOT | {"distribution": "debian", "release": "trixie", "uid": 0}),
    ("node lts is older Debian", "node:24", SHADOW_ROOT | {"release": "bookworm"}),
    ("node alpine", "node:22-alpine", BUSYBOX_ROOT | {"package_manager": "apk"}),
    ("node retired line", "node:18-slim", SHADOW_ROOT | {"tag_status": "retired"}),
    ("python slim", "python:3.12-slim", SHADOW_ROOT | {"application_user": None}),
    ("python alpine", "python:3.12-alpine", BUSYBOX_ROOT | {"application_user": None}),
    ("python older patch", "python:3.12.1", SHADOW_ROOT | {"release": None}),
    ("python written suite", "python:3.12.1-bookworm", SHADOW_ROOT | {"release": "bookworm"}),
    ("golang", "golang", SHADOW_ROOT | {"workdir": "/go", "application_user": None}),
    ("golang on windows", "golang:windowsservercore", {"family": "windows", "user": None}),
    ("ruby", "ruby:3.3-slim", SHADOW_ROOT | {"cmd": ("irb",), "entrypoint": None}),
    ("temurin jammy", "eclipse-temurin:21-jre-jammy", SHADOW_ROOT | {"uid_1000_taken": False}),
    ("temurin noble", "eclipse-temurin:21-jre-noble", SHADOW_ROOT | {"uid_1000_taken": True}),
    ("temurin alpine", "eclipse-temurin:21-jre-alpine", BUSYBOX_ROOT | {"cmd": ()}),
    (
        "temurin ubi",
        "eclipse-temurin:17-jre-ubi9-minimal",
        {"family": "shadow-missing", "distribution": "rhel", "package_manager": "microdnf"},
    ),
    ("maven", "maven", SHADOW_ROOT | {"uid_1000_taken": True, "application_user": None}),
    ("maven on old Debian", "maven:3.6.3-jdk-11", SHADOW_ROOT | {"distribution": "debian"}),
    (
        "maven on Oracle Linux",
        "maven:3.8.5-openjdk-17",
        SHADOW_ROOT | {"distribution": "oraclelinux", "package_manager": None},
    ),
    ("maven with its own user once", "maven:3.3", {"user": None, "user_is_root": None}),
    ("openjdk on Debian", "openjdk:11-jre", SHADOW_ROOT | {"distribution": "debian"}),
    (
        "openjdk on Oracle Linux",
        "openjdk:17",
        SHADOW_ROOT | {"distribution": "oraclelinux", "release": "8", "package_manager": None},
    ),
    ("java, dropped from the list", "java:8-jdk-alpine", BUSYBOX_ROOT | {"release": None}),
    ("tomcat", "tomcat:10.1", SHADOW_ROOT | {"application_user": None, "uid_1000_taken": True}),
    # servers
    ("nginx", "nginx", SHADOW_ROOT | {"expose": ("80",), "stopsignal": "SIGQUIT"}),
    ("httpd", "httpd", SHADOW_ROOT | {"workdir": "/usr/local/apache2"}),
    ("php cli", "php:8.3-cli", SHADOW_ROOT | {"drops_privileges": False, "expose": None}),
    ("php fpm alpine", "php:8.3-fpm-alpine", BUSYBOX_ROOT | {"expose": ("9000",)}),
    ("postgres 16", "postgres:16", {"volumes": ("/var/lib/postgresql/data",)}),
    ("postgres 18", "postgres:18", {"volumes": ("/var/lib/postgresql",)}),
    ("mysql", "mysql", SHADOW_ROOT | {"distribution": "oraclelinux", "release": "9"}),
    ("mysql retired", "mysql:5.7", SHADOW_ROOT | {"distribution": None, "release": None}),
    ("mysql on Debian", "mysql:8.0-debian", {"distribution": "debian", "package_manager": "apt"}),
    ("mariadb ubi", "mariadb:11-ubi", {"user": "mysql", "uid": 999, "user_is_root": False}),
    ("haproxy", "haproxy:3.0", {"user": "haproxy", "uid": 99, "drops_privileges": False}),
    ("haproxy before its user", "haproxy:2.2", {"user_is_root": None, "drops_privileges": None}),
    ("varnish stable by number", "varnish:6.0", {"user_is_root": True}),
    ("traefik 1 is scratch", "traefik:v1.7", {"distribution": "scratch", "has_shell": False}),
    ("nats is scratch", "nats", {"family": "none", "has_shell": False}),
    ("nats alpine", "nats:alpine", BUSYBOX_ROOT),
    ("grafana", "grafana/grafana", {"user": "472", "uid": 472, "gid": 0, "user_is_root": False}),
    ("jenkins", "jenkins/jenkins:lts", {"user": "jenkins", "volumes": ("/var/jenkins_home",)}),
    ("elasticsearch 8", "elasticsearch:8.19.20", {"user": "1000:0", "uid": 1000, "gid": 0}),
    # distributions
    ("alpine", "alpine", BUSYBOX_ROOT | {"cmd": ("/bin/sh",), "uid_1000_taken": False}),
    ("alpine old", "alpine:3.10", BUSYBOX_ROOT | {"release": "3.10", "tag_status": "retired"}),
    ("alpine edge", "alpine:edge", BUSYBOX_ROOT | {"release": None}),
    ("busybox", "busybox", BUSYBOX_ROOT | {"package_manager": "none"}),
    ("debian trixie", "debian:trixie-slim", SHADOW_ROOT | {"release": "trixie"}),
    ("debian by number", "debian:12", SHADOW_ROOT | {"release": "bookworm"}),
    ("debian old by number", "debian:10.13", SHADOW_ROOT | {"release": "buster"}),
    ("ubuntu 24.04", "ubuntu:24.04", SHADOW_ROOT | {"release": "noble", "uid_1000_taken": True}),
    ("ubuntu 22.04", "ubuntu:22.04", SHADOW_ROOT | {"release": "jammy", "uid_1000_taken": False}),
    ("fedora", "fedora:30", SHADOW_ROOT | {"release": "30", "package_manager": "dnf"}),
    ("centos", "centos:7", SHADOW_ROOT | {"release": "7"}),
    ("rocky minimal 8", "rockylinux:8-minimal", {"family": "shadow-missing"}),
    ("rocky minimal 9", "rockylinux:9-minimal", {"family": "shadow"}),
    (
        "amazonlinux",
        "amazonlinux:2023",
        {"family": "shadow-missing", "account_package": "shadow-utils", "release": "2023"},
    ),
    ("amazonlinux 2", "amazonlinux:2", {"package_manager": "yum", "release": "2"}),
    ("photon", "photon:5.0", {"family": "shadow-missing", "account_package": "shadow"}),
    (
        "azurelinux",
        "mcr.microsoft.com/azurelinux/base/core:3.0",
        {"family": "shadow-missing", "account_package": "shadow-utils", "release": "3.0"},
    ),
    ("opensuse", "opensuse/leap:15.6", SHADOW_ROOT | {"package_manager": "zypper"}),
    (
        "scratch",
        "scratch",
        {"family": "none", "entrypoint": (), "volumes": (), "uid_1000_taken": False},
    ),
    # Red Hat
    ("ubi", "registry.access.redhat.com/ubi9/ubi:9.4", SHADOW_ROOT | {"release": "9"}),
    ("ubi on Docker Hub", "redhat/ubi8", SHADOW_ROOT | {"release": "8"}),
    (
        "ubi minimal",
        "registry.access.redhat.com/ubi8-minimal",
        {"family": "shadow-missing", "account_package": "shadow-utils", "release": "8"},
    ),
    (
        "ubi micro has a shell but no tools",
        "registry.access.redhat.com/ubi9/ubi-micro",
        {"family": "none", "has_shell": True, "package_manager": "none"},
    ),
    (
        "ubi nodejs",
        "registry.access.redhat.com/ubi9/nodejs-22",
        {"user": "1001", "uid": 1001, "gid": 0, "user_is_root": False},
    ),
    (
        "ubi nodejs minimal has no account",
        "registry.access.redhat.com/ubi9/nodejs-22-minimal",
        {"user": "1001", "gid": None, "application_user": None, "package_manager": "microdnf"},
    ),
    # distroless and hardened
    (
        "distroless",
        "gcr.io/distroless/static",
        {"family": "none", "has_shell": False, "user_is_root": True},
    ),
    (
        "distroless nonroot",
        "gcr.io/distroless/static-debian12:nonroot",
        {"uid": 65532, "user_is_root": False, "workdir": "/home/nonroot", "release": "bookworm"},
    ),
    (
        "distroless debug has no /bin/sh",
        "gcr.io/distroless/static-debian12:debug",
        {"has_shell": False, "shell_path": "/busybox/sh", "entrypoint": ("/busybox/sh",)},
    ),
    (
        "distroless debug nonroot",
        "gcr.io/distroless/base-debian13:debug-nonroot",
        {"uid": 65532, "shell_path": "/busybox/sh", "release": "trixie"},
    ),
    (
        "distroless of an older line",
        "gcr.io/distroless/nodejs20-debian12",
        {"entrypoint": ("/nodejs/bin/node",), "family": "none"},
    ),
    ("chainguard", "cgr.dev/chainguard/node", {"family": "none", "uid": 65532}),
    (
        "chainguard dev",
        "cgr.dev/chainguard/node:latest-dev",
        {"family": "busybox", "package_manager": "apk", "user_is_root": False},
    ),
    ("wolfi", "cgr.dev/chainguard/wolfi-base", BUSYBOX_ROOT | {"distribution": "wolfi"}),
    ("hardened", "dhi.io/node:26", {"user": "node", "uid": 1000, "has_shell": False}),
    (
        "hardened dev",
        "dhi.io/node:26-dev",
        {"family": "shadow-missing", "account_package": "passwd", "user_is_root": True},
    ),
    ("hardened alpine dev", "dhi.io/node:26-alpine3.24-dev", BUSYBOX_ROOT | {"release": "3.24"}),
    ("hardened nginx", "dhi.io/nginx", {"expose": ("8080",), "uid": 65532}),
    ("bitnami server", "bitnami/nginx", {"user": "1001", "gid": None, "application_user": None}),
    ("bitnami language", "bitnami/node:20", {"user_is_root": True, "application_user": None}),
    # .NET
    ("aspnet 7", "mcr.microsoft.com/dotnet/aspnet:7.0", SHADOW_ROOT | {"release": "bullseye"}),
    ("aspnet 8", "mcr.microsoft.com/dotnet/aspnet:8.0", SHADOW_ROOT | {"release": "bookworm"}),
    ("aspnet 10", "mcr.microsoft.com/dotnet/aspnet:10.0", SHADOW_ROOT | {"release": "noble"}),
    ("sdk 6 focal", "mcr.microsoft.com/dotnet/sdk:6.0-focal", {"distribution": "ubuntu"}),
    (
        "aspnet chiseled",
        "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled",
        {"family": "none", "uid": 1654, "user_is_root": False, "has_shell": False},
    ),
    (
        "aspnet chiseled before 8",
        "mcr.microsoft.com/dotnet/aspnet:7.0-jammy-chiseled",
        {"family": "none", "user_is_root": None, "users": {}},
    ),
    (
        "aspnet azurelinux",
        "mcr.microsoft.com/dotnet/aspnet:9.0-azurelinux3.0",
        {"family": "shadow-missing", "package_manager": "tdnf", "uid_1000_taken": None},
    ),
    (
        "aspnet nanoserver",
        "mcr.microsoft.com/dotnet/aspnet:10.0-nanoserver-ltsc2022",
        {"family": "windows", "user": "ContainerUser", "user_is_root": False, "has_shell": None},
    ),
    (
        "servercore",
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        {"user": "ContainerAdministrator", "user_is_root": True, "family": "windows"},
    ),
    # others
    ("uv is for copying", "ghcr.io/astral-sh/uv", {"distribution": "scratch", "family": "none"}),
    ("uv on Debian", "ghcr.io/astral-sh/uv:python3.12-bookworm-slim", SHADOW_ROOT),
    ("keycloak", "quay.io/keycloak/keycloak", {"family": "none", "has_shell": True, "uid": 1000}),
    ("circleci", "circleci/node:6.15.0-jessie", {"user": "circleci", "release": "jessie"}),
    (
        "meilisearch runs a string",
        "getmeili/meilisearch",
        {"cmd": ("/bin/sh", "-c", "/bin/meilisearch")},
    ),
]


@pytest.mark.parametrize(
    ("reference", "expected"), [case[1:] for case in IMAGES], ids=[case[0] for case in IMAGES]
)
def test_image(reference: str, expected: dict[str, Any]) -> None:
    facts = asked(reference)
    assert {name: getattr(facts, name) for name in expected} == expected


APPLICATION_USERS: list[tuple[str, str, Account | None]] = [
    ("node", "node", Account("node", 1000, 1000, "stated")),
    ("node in an old line", "node:14.9-alpine", Account("node", 1000, 1000, "stated")),
    ("node before it had one", "node:4", None),
    ("nginx", "nginx", Account("nginx", 101, 101, "stated")),
    ("nginx before its ids were fixed", "nginx:1.13-alpine", Account("nginx", 101, 101, "assumed")),
    ("www-data of php on Debian", "php:8.3-apache", Account("www-data", 33, 33, "stated")),
    ("www-data of php on Alpine", "php:8.3-fpm-alpine", Account("www-data", 82, 82, "stated")),
    ("www-data of php cli", "php:8.3-cli", Account("www-data", 33, 33, "stated")),
    ("www-data of Debian itself is a system account", "debian", None),
    ("www-data left over in composer", "composer", None),
    ("httpd on Alpine", "httpd:alpine", Account("www-data", 82, 82, "stated")),
    ("postgres on Alpine", "postgres:16-alpine", Account("postgres", 70, 70, "stated")),
    ("redis on Alpine", "redis:alpine", Account("redis", 999, 1000, "stated")),
    ("gradle", "gradle", Account("gradle", 1000, 1000, "stated")),
    ("the login account of Ubuntu is none", "ubuntu:24.04", None),
    ("nobody of Alpine is none", "alpine", None),
    ("tomcat has none", "tomcat", None),
    ("jetty's ids are derived", "jetty", Account("jetty", 999, 999, "derived")),
    ("one of varnish's three", "varnish:stable", Account("varnish", 1000, 1000, "stated")),
    ("nonroot of distroless", "gcr.io/distroless/cc", Account("nonroot", 65532, 65532, "stated")),
    ("app of .NET 8", "mcr.microsoft.com/dotnet/sdk:8.0", Account("app", 1654, 1654, "stated")),
    ("no app in .NET 7", "mcr.microsoft.com/dotnet/sdk:7.0", None),
    ("Windows has none", "mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809", None),
    (
        "nobody where the image chose it",
        "prom/prometheus",
        Account("nobody", 65534, 65534, "stated"),
    ),
    ("an account by the number of USER", "solr", Account("solr", 8983, 8983, "stated")),
    ("a name without ids", "kong", Account("kong", None, None, "stated")),
    ("jovyan", "jupyter/scipy-notebook", Account("jovyan", 1000, 100, "stated")),
    ("buildkit has one for rootless only", "moby/buildkit", None),
    ("buildkit rootless", "moby/buildkit:rootless", Account("user", 1000, 1000, "stated")),
]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [case[1:] for case in APPLICATION_USERS],
    ids=[case[0] for case in APPLICATION_USERS],
)
def test_application_user(reference: str, expected: Account | None) -> None:
    assert asked(reference).application_user == expected


DROPS: list[tuple[str, str, tuple[str, str, int | None, str] | None]] = [
    (
        "nginx keeps a root master",
        "nginx",
        ('nginx "user nginx;" directive', "nginx", 101, "workers"),
    ),
    ("postgres becomes postgres", "postgres:16", ("gosu", "postgres", 999, "process")),
    ("postgres on Alpine", "postgres:16-alpine", ("gosu", "postgres", 70, "process")),
    ("timescaledb is on Alpine only", "timescale/timescaledb", ("gosu", "postgres", 70, "process")),
    ("redis 8 uses setpriv", "redis:8", ("setpriv", "redis", 999, "process")),
    ("mongo", "mongo:8.0", ("gosu", "mongodb", 999, "process")),
    (
        "rabbitmq on Alpine",
        "rabbitmq:4-alpine",
        ("gosu (su-exec on alpine)", "rabbitmq", 100, "process"),
    ),
    ("consul", "hashicorp/consul", ("su-exec", "consul", 100, "process")),
    ("consul by its old name", "consul:1.8", ("su-exec", "consul", 100, "process")),
    (
        "an id that may have been another",
        "nginx:1.13-alpine",
        ('nginx "user nginx;" directive', "nginx", None, "workers"),
    ),
    ("node does not", "node", None),
    ("mariadb on UBI does not", "mariadb:11-ubi", None),
]


@pytest.mark.parametrize(
    ("reference", "expected"), [case[1:] for case in DROPS], ids=[case[0] for case in DROPS]
)
def test_drops_privileges(
    reference: str, expected: tuple[str, str, int | None, str] | None
) -> None:
    drop = asked(reference).drops_privileges
    if expected is None:
        assert drop is False
    else:
        assert isinstance(drop, PrivilegeDrop)
        assert (drop.by, drop.to, drop.uid, drop.scope) == expected


def test_consul_calls_su_exec_even_when_it_is_not_root() -> None:
    drop = asked("hashicorp/consul").drops_privileges
    assert "not conditional on uid 0" in drop.when


@pytest.mark.parametrize(
    "name",
    [
        "node",
        "library/node",
        "docker.io/node",
        "docker.io/library/node",
        "index.docker.io/library/node",
        "registry-1.docker.io/library/node",
        "public.ecr.aws/docker/library/node",
        "mirror.gcr.io/library/node",
        "arm64v8/node",
        "docker.io/amd64/node",
    ],
)
def test_spellings_of_an_official_image(name: str) -> None:
    assert facts_for(name, "22") == facts_for("node", "22")


@pytest.mark.parametrize(
    ("name", "recorded"),
    [
        pytest.param("docker.io/grafana/grafana-oss", "grafana/grafana", id="alias on Docker Hub"),
        pytest.param("quay.io/minio/minio", "minio/minio", id="alias on another registry"),
        pytest.param(
            "public.ecr.aws/amazonlinux/amazonlinux", "amazonlinux", id="the vendor's own registry"
        ),
        pytest.param(
            "registry.redhat.io/ubi10/python-312",
            "registry.access.redhat.com/ubi9/python",
            id="pattern",
        ),
        pytest.param(
            "registry.redhat.io/ubi9/nodejs-22-minimal",
            "registry.access.redhat.com/ubi9/nodejs-minimal",
            id="the more exact pattern",
        ),
    ],
)
def test_other_names_of_an_image(name: str, recorded: str) -> None:
    facts = facts_for(name)
    assert facts is not None
    assert facts.name == recorded


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("example.com/library/node", id="another registry"),
        pytest.param("somebody/node", id="another namespace"),
        pytest.param("localhost:5000/node", id="a registry with a port"),
        pytest.param("node:22", id="a tag is not part of the name"),
        pytest.param("${REGISTRY}/node", id="a build argument"),
        pytest.param("Node", id="capital letters"),
        pytest.param("", id="nothing"),
        pytest.param("a" * 300, id="longer than a name can be"),
    ],
)
def test_not_recorded(name: str) -> None:
    assert facts_for(name, "22") is None


def test_a_build_argument_for_the_version_leaves_what_the_variant_says() -> None:
    facts = asked("golang:${GO_VERSION}-alpine${ALPINE_VERSION}")
    assert (facts.distribution, facts.family, facts.release) == ("alpine", "busybox", None)
    slim = asked("debian:$RELEASE-slim")
    assert (slim.family, slim.release, slim.uid_1000_taken) == ("shadow", None, False)


def test_a_build_argument_for_the_whole_tag_leaves_what_holds_for_all_tags() -> None:
    facts = asked("postgres:${VERSION}")
    assert facts.user_is_root is True
    assert (facts.distribution, facts.family, facts.users) == (None, None, {})


def test_a_digest_without_a_tag_leaves_what_holds_for_all_tags() -> None:
    facts = asked("ubuntu", digest="sha256:0")
    assert (facts.distribution, facts.family) == ("ubuntu", "shadow")
    assert (facts.release, facts.uid_1000_taken, facts.users) == (None, None, {})


def test_a_digest_beside_a_tag_leaves_only_the_release_that_is_written() -> None:
    assert asked("python:3.12", digest="sha256:0").release is None
    assert asked("python:3.12-bookworm", digest="sha256:0").release == "bookworm"
    assert asked("debian:12", digest="sha256:0").release == "bookworm"


def test_entrypoint_of_a_retired_line_is_unknown() -> None:
    assert asked("nginx:1.13").entrypoint is None
    assert asked("nginx").entrypoint == ("/docker-entrypoint.sh",)


def test_debian_without_adduser_is_said() -> None:
    assert "adduser package is absent from trixie" in asked("debian:trixie").notes


@pytest.mark.parametrize(
    ("name", "tag", "family"),
    [
        pytest.param("example/tool", "3.1-alpine", "busybox", id="word of the tag"),
        pytest.param("example/ubuntu", "14.04", "shadow", id="word of the name"),
        pytest.param("example/ubuntu", "2-alpine3.18", "busybox", id="the tag before the name"),
        pytest.param("example/server", "2022-nanoserver", "windows", id="Windows"),
        pytest.param("example/tool", "3.1", None, id="nothing said"),
    ],
)
def test_likely_family(name: str, tag: str, family: str | None) -> None:
    assert likely_family(name, tag) == family


TAGS = st.one_of(
    st.none(),
    st.text(max_size=140),
    st.from_regex(
        r"\A(v?[0-9]{1,3}(\.[0-9]{1,2}){0,2})?(-(slim|alpine[0-9.]*|jdk|\$\{X\}|ubi9))*\Z"
    ),
)
NAMES = st.sampled_from(
    [
        "node",
        "debian",
        "openjdk",
        "maven",
        "mariadb",
        "docker",
        "influxdb",
        "mcr.microsoft.com/dotnet/aspnet",
        "gcr.io/distroless/static",
        "ghcr.io/astral-sh/uv",
        "dhi.io/nginx",
        "jenkins/inbound-agent",
        "denoland/deno",
    ]
)


@given(st.one_of(NAMES, st.text(max_size=40)), TAGS, st.booleans())
def test_every_tag_gets_an_answer_that_agrees_with_itself(
    name: str, tag: str | None, pinned: bool
) -> None:
    facts = facts_for(name, tag, digest="sha256:0" if pinned else None)
    if facts is None:
        return
    assert (facts.user is None) == (facts.user_is_root is None)
    assert not (facts.user_is_root and facts.uid not in (0, None))
    assert facts.account_package is None or facts.family == "shadow-missing"
    assert facts.release is None or facts.distribution is not None
    if facts.family == "windows":
        assert facts.users == {}
        assert facts.has_shell is None
    if facts.distribution == "scratch":
        assert facts.has_shell is False
    if facts.application_user is not None and facts.user_is_root:
        assert facts.application_user.uid != 0


LISTED_SHAPES = st.from_regex(r"\A[1-9][0-9]?(\.[0-9]{1,2}){0,2}(-(slim|alpine3\.2[0-9]|jdk))?\Z")


@given(NAMES, LISTED_SHAPES)
def test_hiding_a_tag_never_tells_more(name: str, tag: str) -> None:
    hidden, shown = facts_for(name, "${TAG}"), facts_for(name, tag)
    assert hidden is not None
    assert shown is not None
    # a tag of an image without a list may be one that there never was
    if shown.tag_status in (None, "retired", "unlisted"):
        return
    for field in ("distribution", "release", "has_shell", "user", "package_manager"):
        known = getattr(hidden, field)
        assert known is None or known == getattr(shown, field)
