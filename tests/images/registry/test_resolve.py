"""What a reference stands for in a real registry."""

from __future__ import annotations

import pytest

from hardener.dockerfile.reference import parse_reference
from hardener.images.registry import ImageConfig, Kind, RegistryProblem, Resolved
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Pusher
from tests.images.registry.servers import Server

pytestmark = pytest.mark.engine


def resolve(settings: MakeSettings, reference: str) -> Resolved | RegistryProblem:
    with RegistryClient(settings()) as client:
        return client.resolve([reference])[reference]


def resolved(settings: MakeSettings, reference: str) -> Resolved:
    answer = resolve(settings, reference)
    assert isinstance(answer, Resolved), answer
    return answer


def problem(settings: MakeSettings, reference: str) -> RegistryProblem:
    answer = resolve(settings, reference)
    assert isinstance(answer, RegistryProblem), answer
    return answer


@pytest.mark.parametrize("docker", [False, True], ids=["oci-index", "docker-manifest-list"])
def test_a_tag_stands_for_the_index_not_for_one_platform(
    push: Pusher, settings: MakeSettings, docker: bool
) -> None:
    digest = push.index(
        "1", platforms=("linux/amd64", "linux/arm/v7", "linux/arm64"), docker=docker
    )

    found = resolved(settings, f"{push.host}/{push.repository}:1")

    assert found.digest == digest
    assert found.is_index
    assert found.platforms == ("linux/amd64", "linux/arm/v7", "linux/arm64")


@pytest.mark.parametrize("docker", [False, True], ids=["oci-manifest", "docker-manifest"])
def test_an_image_without_index_is_its_own_digest_and_says_so(
    push: Pusher, settings: MakeSettings, docker: bool
) -> None:
    digest = push.image("1", docker=docker)

    found = resolved(settings, f"{push.host}/{push.repository}:1")

    assert (found.digest, found.is_index, found.platforms) == (digest, False, None)


def test_no_tag_means_latest(push: Pusher, settings: MakeSettings) -> None:
    digest = push.image("latest")

    found = resolved(settings, f"{push.host}/{push.repository}")

    assert (found.digest, found.image.tag) == (digest, "latest")


def test_a_digest_goes_before_the_tag_beside_it(push: Pusher, settings: MakeSettings) -> None:
    old = push.image("1", salt="old")
    push.image("1", salt="new")

    found = resolved(settings, f"{push.host}/{push.repository}:1@{old}")

    assert found.digest == old


def test_attestations_are_no_platforms(push: Pusher, settings: MakeSettings) -> None:
    image = push.image(platform="linux/amd64")
    attestation = push.image(platform="linux/amd64", salt="attestation")
    entry = {"mediaType": OCI_MANIFEST, "size": 1}
    push.manifest(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [
                {**entry, "digest": image, "platform": {"os": "linux", "architecture": "amd64"}},
                {
                    **entry,
                    "digest": attestation,
                    "platform": {"os": "unknown", "architecture": "unknown"},
                    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
                },
            ],
        },
        "1",
    )

    assert resolved(settings, f"{push.host}/{push.repository}:1").platforms == ("linux/amd64",)


def test_the_publishers_version_and_date_are_read_off_the_index(
    push: Pusher, settings: MakeSettings
) -> None:
    push.index(
        "3",
        annotations={
            "org.opencontainers.image.version": "3.14.1-trixie",
            "org.opencontainers.image.created": "2026-08-01T00:00:00Z",
        },
    )

    found = resolved(settings, f"{push.host}/{push.repository}:3")

    assert (found.version, found.created) == ("3.14.1-trixie", "2026-08-01T00:00:00Z")


def test_an_index_that_leaves_its_media_type_to_the_header_is_read(
    push: Pusher, settings: MakeSettings
) -> None:
    image = push.image()
    entry = {"mediaType": OCI_MANIFEST, "size": 1, "digest": image}
    platform = {"os": "linux", "architecture": "amd64"}
    push.manifest(
        {"schemaVersion": 2, "manifests": [{**entry, "platform": platform}]},
        "1",
        media_type=OCI_INDEX,
    )

    assert resolved(settings, f"{push.host}/{push.repository}:1").is_index


def test_parsed_references_and_texts_are_both_taken_and_asked_for_once(
    push: Pusher, settings: MakeSettings
) -> None:
    push.image("latest")
    with Server(behind=push.host) as front, RegistryClient(settings()) as client:
        name = f"{front.host}/{push.repository}"
        texts = client.resolve([name, f"{name}:latest", name])
        parsed = client.resolve([parse_reference(name)])

        assert [type(answer) for answer in (*texts.values(), *parsed.values())] == [Resolved] * 3
        assert front.count("/manifests/") == client.requests == 1


@pytest.mark.parametrize(
    ("reference", "kind", "words"),
    [
        pytest.param("{host}/tests/none:1", Kind.NOT_FOUND, "no such image", id="unknown-image"),
        pytest.param("Wrong:1", Kind.INVALID, "capital letters", id="not-a-reference"),
        pytest.param("127.0.0.1:1/a:1", Kind.UNREACHABLE, "refuses connections", id="nobody-there"),
        pytest.param("none.invalid/a:1", Kind.UNREACHABLE, "can't be found", id="no-such-host"),
    ],
)
def test_what_cannot_be_resolved_costs_one_clear_line(
    registry: str, settings: MakeSettings, reference: str, kind: Kind, words: str
) -> None:
    found = problem(settings, reference.format(host=registry))

    assert found.kind is kind
    assert words in str(found)
    assert "\n" not in str(found)


def test_one_problem_leaves_the_other_images_alone(push: Pusher, settings: MakeSettings) -> None:
    digest = push.image("1")
    good, bad = f"{push.host}/{push.repository}:1", f"{push.host}/{push.repository}:2"
    with RegistryClient(settings()) as client:
        answers = client.resolve([bad, good, "127.0.0.1:1/x"])

    answer = answers[good]
    assert isinstance(answer, Resolved)
    assert answer.digest == digest
    assert isinstance(answers[bad], RegistryProblem)
    assert isinstance(answers["127.0.0.1:1/x"], RegistryProblem)


def test_progress_counts_images_not_references(push: Pusher, settings: MakeSettings) -> None:
    push.image("1", "2")
    name = f"{push.host}/{push.repository}"
    steps: list[tuple[int, int]] = []
    with RegistryClient(settings()) as client:
        client.resolve(
            [f"{name}:1", f"{name}:2", f"{name}:1"],
            progress=lambda done, total: steps.append((done, total)),
        )

    assert steps == [(1, 2), (2, 2)]


CONFIG = {
    "User": "1000:1000",
    "Entrypoint": ["/entry"],
    "Cmd": [],
    "Env": ["PATH=/bin", "EMPTY=", "A=b=c"],
    "ExposedPorts": {"8080/tcp": {}, "53/udp": {}},
    "WorkingDir": "/srv",
    "Volumes": {"/data": {}},
    "StopSignal": "SIGQUIT",
    "Shell": ["/bin/bash", "-c"],
    "Healthcheck": {"Test": ["CMD", "true"]},
    "OnBuild": ["COPY . /app"],
}


def config_of(
    settings: MakeSettings, reference: str, platform: str
) -> ImageConfig | RegistryProblem:
    with RegistryClient(settings()) as client:
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved), answer
        return client.configs([answer], platform=platform)[answer]


def test_the_config_says_what_containers_start_with(push: Pusher, settings: MakeSettings) -> None:
    push.image("1", config=CONFIG)

    config = config_of(settings, f"{push.host}/{push.repository}:1", "linux/amd64")

    assert isinstance(config, ImageConfig)
    assert config.user == "1000:1000"
    assert (config.entrypoint, config.cmd) == (("/entry",), ())
    assert config.environment == (("PATH", "/bin"), ("EMPTY", ""), ("A", "b=c"))
    assert config.exposed_ports == ("8080/tcp", "53/udp")
    assert (config.working_dir, config.volumes, config.stop_signal) == (
        "/srv",
        ("/data",),
        "SIGQUIT",
    )
    assert (config.shell, config.healthcheck) == (("/bin/bash", "-c"), ("CMD", "true"))
    assert (config.on_build, config.created) == (("COPY . /app",), "2026-01-02T03:04:05Z")


def test_a_config_that_says_nothing_differs_from_one_that_says_empty(
    push: Pusher, settings: MakeSettings
) -> None:
    push.image("1")

    config = config_of(settings, f"{push.host}/{push.repository}:1", "linux/amd64")

    assert isinstance(config, ImageConfig)
    assert (config.user, config.entrypoint, config.cmd, config.shell) == ("", None, None, None)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param("linux/amd64", "linux/amd64", id="same"),
        pytest.param("linux/arm64", "linux/arm64", id="v8-goes-without-saying"),
        pytest.param("linux/arm/v7", "linux/arm/v6", id="a-lower-variant-serves"),
    ],
)
def test_the_config_is_that_of_the_platform_asked_for(
    push: Pusher, settings: MakeSettings, asked: str, answered: str
) -> None:
    push.index("1", platforms=("linux/arm/v6", "linux/arm64/v8", "linux/amd64"))

    config = config_of(settings, f"{push.host}/{push.repository}:1", asked)

    assert isinstance(config, ImageConfig)
    assert config.platform == answered


def test_a_platform_the_index_lacks_is_named(push: Pusher, settings: MakeSettings) -> None:
    push.index("1", platforms=("linux/arm64",))

    answer = config_of(settings, f"{push.host}/{push.repository}:1", "linux/s390x")

    assert isinstance(answer, RegistryProblem)
    assert "linux/s390x" in str(answer)


def test_docker_and_oci_media_types_are_both_asked_for(
    push: Pusher, settings: MakeSettings
) -> None:
    push.image("1")
    with Server(behind=push.host) as front, RegistryClient(settings()) as client:
        client.resolve([f"{front.host}/{push.repository}:1"])

    accepted = front.seen[0].headers["accept"]
    assert all(kind in accepted for kind in (OCI_INDEX, OCI_MANIFEST, DOCKER_MANIFEST))
