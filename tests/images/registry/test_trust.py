"""Which images may be bases, and signatures that cosign and notation say yes or no to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.images.registry import Image, RegistrySettings, Resolved, Settings
from hardener.images.registry.client import RegistryClient
from hardener.images.trust import (
    VERIFIERS,
    SignatureRule,
    Trust,
    TrustProblem,
    check_allowed,
    check_signatures,
    fits,
    read_trust,
)
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher, digest_of
from tests.images.registry.signing import Signer

ROOT = Path("/project")


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("docker.io/library/*", "docker.io/library/python", True),
        ("docker.io/library/*", "docker.io/team/python", False),
        ("docker.io/library/*", "docker.io/library/a/b", False),
        ("docker.io/library/py*n", "docker.io/library/python", True),
        ("registry.test/**", "registry.test/a", True),
        ("registry.test/**", "registry.test/a/b/c", True),
        ("registry.test/**", "registry.test.evil.example/a", False),
        ("registry.test/**/app", "registry.test/app", True),
        ("registry.test/**/app", "registry.test/a/b/app", True),
        ("registry.test/**/app", "registry.test/a/b/apps", False),
        ("**", "registry.test/a", True),
        ("*.test/app", "registry.test/app", True),
        ("*/app", "registry.test/team/app", False),
        ("registry.test/team", "registry.test/team/app", False),
        ("registry.test:5000/a", "registry.test:5000/a", True),
    ],
)
def test_patterns_of_images(pattern: str, name: str, expected: bool) -> None:
    registry, _, repository = name.partition("/")

    assert fits(pattern, registry, repository) is expected


def test_a_pattern_of_many_stars_is_matched_in_no_time() -> None:
    assert not fits("a/" + "**/" * 40 + "*a*a*a*a*a*a*b", "a", "/".join(["a" * 40] * 60))


def test_an_image_that_is_not_allowed_is_named_with_the_setting() -> None:
    trust = Trust(allowed=("docker.io/library/*",))
    python = Image("docker.io", "library/python", "3", None)
    other = Image("ghcr.io", "someone/app", "1", None)

    assert check_allowed(python, trust) is None
    assert check_allowed(other, Trust()) is None
    problem = check_allowed(other, trust)
    assert isinstance(problem, TrustProblem)
    assert "ghcr.io/someone/app" in str(problem)
    assert "trust.allowed" in str(problem)


def test_the_first_rule_that_fits_counts() -> None:
    trust = read_trust(
        {
            "signature": [
                {"images": ["docker.io/library/scratchpad"], "by": "none"},
                {"images": ["docker.io/library/*"], "by": "cosign-key", "key": "keys/base.pub"},
                {"images": ["**"], "by": "notation"},
            ]
        },
        root=ROOT,
    )

    assert trust.rule_for("docker.io", "library/scratchpad") is None
    python = trust.rule_for("docker.io", "library/python")
    assert python is not None
    assert (python.by, python.key) == ("cosign-key", "/project/keys/base.pub")
    other = trust.rule_for("ghcr.io", "someone/app")
    assert other is not None
    assert other.by == "notation"


def test_every_key_of_the_table_is_read() -> None:
    trust = read_trust(
        {
            "allowed": ["docker.io/library/*"],
            "others": "error",
            "timeout": 5,
            "signature": [
                {
                    "images": ["gcr.io/distroless/*"],
                    "by": "cosign-keyless",
                    "identity": "keyless@distroless.iam.gserviceaccount.com",
                    "issuer": "https://accounts.google.com",
                },
                {
                    "images": ["r.test/**"],
                    "by": "cosign-key",
                    "key": "awskms:///alias/base",
                    "transparency-log": False,
                },
            ],
        },
        root=ROOT,
    )

    assert trust == Trust(
        allowed=("docker.io/library/*",),
        others_are_errors=True,
        timeout=5.0,
        signatures=(
            SignatureRule(
                ("gcr.io/distroless/*",),
                "cosign-keyless",
                identity="keyless@distroless.iam.gserviceaccount.com",
                issuer="https://accounts.google.com",
            ),
            SignatureRule(
                ("r.test/**",), "cosign-key", key="awskms:///alias/base", transparency_log=False
            ),
        ),
    )


IMAGES = ["r.test/*"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param({"allow": []}, "trust.allow is not known", id="unknown-key"),
        pytest.param({"allowed": "r.test/*"}, "not a list", id="one-pattern-without-a-list"),
        pytest.param({"allowed": ["python"]}, "docker.io/library/python", id="no-registry"),
        pytest.param({"others": "warn"}, '"advice" nor "error"', id="unknown-strictness"),
        pytest.param({"timeout": 0}, "number of seconds", id="no-time"),
        pytest.param({"timeout": True}, "number of seconds", id="time-that-is-a-flag"),
        pytest.param({"signature": {}}, "not a list of tables", id="one-rule-without-a-list"),
        pytest.param({"signature": [7]}, "not a table", id="rule-that-is-a-number"),
        pytest.param({"signature": [{"images": IMAGES}]}, ".by is not one of", id="no-way"),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "gpg"}]}, "cosign-key,", id="unknown-way"
        ),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "cosign-key"}]}, "needs key", id="no-key"
        ),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "cosign-keyless", "issuer": "i"}]},
            "needs identity or identity-regexp",
            id="no-identity",
        ),
        pytest.param(
            {
                "signature": [
                    {
                        "images": IMAGES,
                        "by": "cosign-keyless",
                        "identity": "a",
                        "identity-regexp": "b",
                        "issuer": "i",
                    }
                ]
            },
            "needs identity or identity-regexp",
            id="two-identities",
        ),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "notation", "key": "k"}]},
            "key means nothing for notation",
            id="key-for-notation",
        ),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "cosign-key", "key": 7}]},
            "not a text",
            id="key-that-is-a-number",
        ),
        pytest.param(
            {"signature": [{"images": [7], "by": "notation"}]}, "patterns", id="pattern-number"
        ),
        pytest.param(
            {"signature": [{"images": IMAGES, "by": "none", "transparency-log": 1}]},
            "neither true nor false",
            id="flag-that-is-a-number",
        ),
    ],
)
def test_what_is_wrong_in_the_table_is_named(table: Mapping[str, object], words: str) -> None:
    with pytest.raises(HardenError) as caught:
        read_trust(table, root=ROOT)

    assert words in str(caught.value)


def resolved(reference: str, digest: str) -> Resolved:
    registry, _, repository = reference.partition("/")
    image = Image(registry, repository, "1", None)
    return Resolved(image, digest, False, None, None, None, registry, 0.0, False)


def program(folder: Path, name: str, script: str) -> dict[str, str]:
    """Put a program in a folder; answers an environment that has that folder alone on its PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


RULES = {
    "cosign-key": SignatureRule(("**",), "cosign-key", key="a key.pub", transparency_log=False),
    "cosign-keyless": SignatureRule(
        ("**",), "cosign-keyless", identity="ada@r.test", issuer_regexp="https://.*"
    ),
    "notation": SignatureRule(("**",), "notation"),
}


@pytest.mark.parametrize(
    ("by", "settings", "expected"),
    [
        pytest.param(
            "cosign-key",
            {},
            "verify --key=a key.pub --insecure-ignore-tlog=true --output=json -- {image}",
            id="cosign-key",
        ),
        pytest.param(
            "cosign-keyless",
            {"registries": {"r.test": RegistrySettings(ca=Path("/ca.pem"))}},
            "verify --certificate-identity=ada@r.test --certificate-oidc-issuer-regexp=https://.* "
            "--registry-cacert=/ca.pem --output=json -- {image}",
            id="cosign-keyless-with-an-authority",
        ),
        pytest.param(
            "notation",
            {"registries": {"r.test": RegistrySettings(plain_http=True)}},
            "verify --insecure-registry -- {image}",
            id="notation-over-plain-http",
        ),
        pytest.param("notation", {}, "verify -- {image}", id="notation"),
    ],
)
def test_the_programs_are_told_what_to_check_by_digest(
    tmp_path: Path, by: str, settings: Mapping[str, object], expected: str
) -> None:
    log = tmp_path / "log"
    # one argument a line: what has a space in it stays one argument
    script = f'for argument in "$@"; do printf \'%s\\n\' "$argument"; done > {log}'
    environment = program(tmp_path / "bin", VERIFIERS[by].program, script)
    image = resolved("r.test/team/app", digest_of(b"x"))
    chosen = Settings(environment=environment, **settings)  # type: ignore[arg-type]

    assert check_signatures([image], Trust(signatures=(RULES[by],)), chosen) == {image: None}
    told = " ".join(log.read_text().rstrip("\n").split("\n"))
    assert told == expected.format(image=f"r.test/team/app@{digest_of(b'x')}")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param(
            "echo 'Error: no signatures found' >&2; exit 10", "(no signatures found)", id="no"
        ),
        pytest.param("exit 3", "(it says nothing)", id="says-nothing"),
        pytest.param(
            "echo 'Error: Get \"https://u:s3cret@r.test/x?sig=s3cret\": no' >&2; exit 1",
            '(Get "https://r.test/x": no)',
            id="says-too-much",
        ),
        pytest.param("exec /bin/sleep 30", "took more than 1 s", id="hangs"),
        pytest.param(None, "cosign is not on the PATH; install it", id="is-missing"),
    ],
)
def test_an_image_whose_signature_is_not_shown_is_a_problem(
    tmp_path: Path, script: str | None, words: str
) -> None:
    environment = {"PATH": str(tmp_path)}
    if script is not None:
        environment = program(tmp_path / "bin", "cosign", script)
    image = resolved("r.test/team/app", digest_of(b"x"))
    trust = Trust(signatures=(RULES["cosign-key"],), timeout=1.0)

    problem = check_signatures([image], trust, Settings(environment=environment))[image]

    assert isinstance(problem, TrustProblem)
    assert str(problem).startswith("r.test/team/app:1: ")
    assert words in str(problem)
    assert "s3cret" not in str(problem)
    assert "\n" not in str(problem)


def test_one_digest_is_checked_once_and_images_without_rule_not_at_all(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = program(tmp_path / "bin", "notation", f"echo asked >> {log}")
    images = [resolved("r.test/app", digest_of(b"x"))]
    images.append(Resolved(Image("r.test", "app", "2", None), *_rest(images[0])))
    images.append(resolved("other.test/app", digest_of(b"y")))
    trust = Trust(signatures=(SignatureRule(("r.test/**",), "notation"),))

    answers = check_signatures(images, trust, Settings(environment=environment))

    assert answers == dict.fromkeys(images, None)
    assert log.read_text() == "asked\n"


def _rest(image: Resolved) -> tuple[str, bool, None, None, None, str, float, bool]:
    return (image.digest, False, None, None, None, image.host, 0.0, False)


# -- the real programs ----------------------------------------------------------


@pytest.fixture
def cosign(tmp_path: Path) -> Signer:
    """cosign, with the key pairs "mine" and "other"."""
    return Signer.start(tmp_path / "cosign", "mine", "other")


def resolve(settings: Settings, reference: str) -> Resolved:
    with RegistryClient(settings) as client:
        answer = client.resolve([reference])[reference]
    assert isinstance(answer, Resolved), answer
    return answer


@pytest.mark.engine
def test_cosign_says_yes_to_the_signed_image_alone_and_to_its_key_alone(
    push: Pusher, settings: MakeSettings, cosign: Signer, tmp_path: Path
) -> None:
    push.index("signed", salt="signed")
    push.index("unsigned", salt="unsigned")
    chosen = settings(environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    name = f"{push.host}/{push.repository}"
    signed, unsigned = (resolve(chosen, f"{name}:{tag}") for tag in ("signed", "unsigned"))
    cosign.sign(f"{name}@{signed.digest}", key="mine")

    def check(key: str) -> dict[Resolved, TrustProblem | None]:
        rule = {
            "images": [f"{push.host}/**"],
            "by": "cosign-key",
            "key": key,
            "transparency-log": False,
        }
        trust = read_trust({"signature": [rule]}, root=cosign.folder)
        return check_signatures([signed, unsigned], trust, chosen)

    mine, other = check("mine.pub"), check("other.pub")
    assert mine[signed] is None
    assert "no signatures found" in str(mine[unsigned])
    assert "cosign does not accept its signature" in str(other[signed])
    assert isinstance(other[unsigned], TrustProblem)


@pytest.mark.notation
def test_notation_says_yes_to_the_signed_image_alone(
    push: Pusher, settings: MakeSettings, tmp_path: Path
) -> None:
    push.image("signed", salt="signed")
    push.image("unsigned", salt="unsigned")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    chosen = settings(environment=environment)
    name = f"{push.host}/{push.repository}"
    signed, unsigned = (resolve(chosen, f"{name}:{tag}") for tag in ("signed", "unsigned"))
    policy = {
        "version": "1.0",
        "trustPolicies": [
            {
                "name": "tests",
                "registryScopes": ["*"],
                "signatureVerification": {"level": "strict"},
                "trustStores": ["ca:tester"],
                "trustedIdentities": ["*"],
            }
        ],
    }
    for command in (
        ["cert", "generate-test", "--default", "tester"],
        ["sign", "--insecure-registry", f"{name}@{signed.digest}"],
    ):
        subprocess.run(["notation", *command], env=environment, capture_output=True, check=True)
        (tmp_path / "config" / "notation" / "trustpolicy.json").write_text(json.dumps(policy))

    trust = Trust(signatures=(SignatureRule(("**",), "notation"),))
    answers = check_signatures([signed, unsigned], trust, chosen)

    assert answers[signed] is None
    assert "no signature is associated" in str(answers[unsigned])
