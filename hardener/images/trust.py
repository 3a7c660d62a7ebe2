"""Which images may be bases, and which signatures they must carry: `[tool.harden.trust]`."""

from __future__ import annotations

import fnmatch
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardener.errors import HardenError
from hardener.images.registry.image import Image, Resolved
from hardener.images.registry.problem import one_line
from hardener.images.registry.settings import RegistrySettings, Settings, is_loopback

_AT_ONCE = 4


class TrustProblem(HardenError):  # noqa: N818 - named for what it tells
    """An image may not be pinned as a base: it is not allowed, or its signature is not shown."""


@dataclass(frozen=True, slots=True)
class SignatureRule:
    """What signature images must carry: one entry of `[[tool.harden.trust.signature]]`.

    Attributes:
        images: patterns of the images the rule is for.
        by: how the signature is checked, a key of VERIFIERS.
        key: for "cosign-key": path, URL or KMS address of the public key.
        identity, identity_regexp: for "cosign-keyless": who signed, by the certificate.
        issuer, issuer_regexp: for "cosign-keyless": who vouched for that identity.
        transparency_log: whether cosign must find the signature in the transparency log.
    """

    images: tuple[str, ...]
    by: str
    key: str | None = None
    identity: str | None = None
    identity_regexp: str | None = None
    issuer: str | None = None
    issuer_regexp: str | None = None
    transparency_log: bool = True


@dataclass(frozen=True, slots=True)
class Trust:
    """The table `[tool.harden.trust]`.

    Attributes:
        allowed: patterns of images that may be bases; None allows all.
        others_are_errors: an image that isn't allowed is an error, not advice.
        signatures: the rules, of which the first that fits an image counts.
        timeout: seconds one check of a signature may take.
    """

    allowed: tuple[str, ...] | None = None
    others_are_errors: bool = False
    signatures: tuple[SignatureRule, ...] = ()
    timeout: float = 60.0

    def allows(self, registry: str, repository: str) -> bool:
        """Whether an image of this repository may be a base."""
        return self.allowed is None or any(
            fits(pattern, registry, repository) for pattern in self.allowed
        )

    def rule_for(self, registry: str, repository: str) -> SignatureRule | None:
        """The rule for this repository's signatures; None where none is asked for."""
        for rule in self.signatures:
            if any(fits(pattern, registry, repository) for pattern in rule.images):
                return None if rule.by == UNSIGNED else rule
        return None


UNSIGNED = "none"
"""The `by` of a rule that asks for no signature, to except images from a later rule."""


def fits(pattern: str, registry: str, repository: str) -> bool:
    """Whether a pattern names a repository.

    A pattern is written as REGISTRY/REPOSITORY, part by part: `*` in a part stands for any
    characters, `**` for any number of parts. Docker Hub's is docker.io/library/python.
    """
    return _parts_fit(pattern.split("/"), [registry, *repository.split("/")])


def _parts_fit(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    # reachable[i]: the pattern so far can end before parts[i]; one row a pattern part
    reachable = [True] + [False] * len(parts)
    for wanted in pattern:
        if wanted == "**":
            first = reachable.index(True) if True in reachable else len(parts) + 1
            reachable = [index >= first for index in range(len(parts) + 1)]
        else:
            reachable = [False] + [
                before and fnmatch.fnmatchcase(part, wanted)
                for before, part in zip(reachable, parts, strict=False)
            ]
    return reachable[-1]


@dataclass(frozen=True, slots=True)
class _Target:
    """What is handed to the checking program: the image by digest, and how its registry is met."""

    reference: str
    plain_http: bool
    ca: Path | None


@dataclass(frozen=True, slots=True)
class Verifier:
    """A way to check signatures.

    Attributes:
        program: the program that does it.
        needs: groups of settings, of each of which exactly one must be there.
        arguments: from a rule and what is checked, the arguments.
        remedy: where to get the program.
    """

    program: str
    needs: tuple[tuple[str, ...], ...]
    arguments: Callable[[SignatureRule, _Target], list[str]]
    remedy: str


def _cosign_arguments(rule: SignatureRule, target: _Target) -> list[str]:
    flags = {
        "--key": rule.key,
        "--certificate-identity": rule.identity,
        "--certificate-identity-regexp": rule.identity_regexp,
        "--certificate-oidc-issuer": rule.issuer,
        "--certificate-oidc-issuer-regexp": rule.issuer_regexp,
        "--registry-cacert": None if target.ca is None else str(target.ca),
    }
    arguments = ["verify", *(f"{flag}={value}" for flag, value in flags.items() if value)]
    if not rule.transparency_log:
        arguments.append("--insecure-ignore-tlog=true")
    if target.plain_http:
        arguments.append("--allow-http-registry=true")
    return [*arguments, "--output=json", "--", target.reference]


def _notation_arguments(rule: SignatureRule, target: _Target) -> list[str]:
    insecure = ["--insecure-registry"] if target.plain_http else []
    return ["verify", *insecure, "--", target.reference]


_COSIGN = "install it from docs.sigstore.dev/cosign/system_config/installation"
_NOTATION = "install it from notaryproject.dev/docs/user-guides/installation"

VERIFIERS: Mapping[str, Verifier] = {
    "cosign-key": Verifier("cosign", (("key",),), _cosign_arguments, _COSIGN),
    "cosign-keyless": Verifier(
        "cosign",
        (("identity", "identity_regexp"), ("issuer", "issuer_regexp")),
        _cosign_arguments,
        _COSIGN,
    ),
    # whom notation trusts stands in its own trust policy, trustpolicy.json
    "notation": Verifier("notation", (), _notation_arguments, _NOTATION),
}


def check_allowed(image: Image, trust: Trust) -> TrustProblem | None:
    """A problem where this image may not be a base, else None."""
    if trust.allows(image.registry, image.repository):
        return None
    return TrustProblem(
        f"{image} is not among the images that trust.allowed lets be bases: "
        f"{image.registry}/{image.repository} fits none of its patterns"
    )


def check_signatures(
    images: Iterable[Resolved], trust: Trust, settings: Settings
) -> dict[Resolved, TrustProblem | None]:
    """Check the signature of each image that a rule asks one for; None where all is well.

    Runs the rule's program, which reads the registry with the user's own credentials. `settings`
    say by what name and how each registry is met. An image that was checked once under several
    tags is not checked again.
    """
    from concurrent.futures import ThreadPoolExecutor

    wanted: dict[Resolved, tuple[SignatureRule, _Target] | None] = {}
    for image in images:
        rule = trust.rule_for(image.image.registry, image.image.repository)
        wanted[image] = None if rule is None else (rule, _target(image, settings))
    checks = dict.fromkeys(check for check in wanted.values() if check is not None)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as workers:
        run = {
            check: workers.submit(_verify, *check, trust.timeout, settings.environment)
            for check in checks
        }
        problems = {check: future.result() for check, future in run.items()}
    return {
        image: None
        if check is None or (problem := problems[check]) is None
        else TrustProblem(f"{image.image}: {problem}")
        for image, check in wanted.items()
    }


def _target(image: Resolved, settings: Settings) -> _Target:
    name = settings.signed_name(image.image.registry, image.image.repository)
    host = name.partition("/")[0]
    table = settings.registries.get(host, RegistrySettings())
    return _Target(f"{name}@{image.digest}", table.plain_http or is_loopback(host), table.ca)


def _verify(
    rule: SignatureRule, target: _Target, timeout: float, environment: Mapping[str, str]
) -> str | None:
    """What is wrong with the signature, in words; None if the program accepts it."""
    verifier = VERIFIERS[rule.by]
    try:
        done = subprocess.run(
            [verifier.program, *verifier.arguments(rule, target)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
            env=dict(environment),
        )
    except FileNotFoundError:
        return (
            f"its signature can't be checked: {verifier.program} is not on the PATH; "
            f"{verifier.remedy}"
        )
    except OSError as error:
        return f"its signature can't be checked: {verifier.program}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"its signature can't be checked: {verifier.program} took more than {timeout:g} s"
    if done.returncode == 0:
        return None
    said = _last_error(done.stderr.decode(errors="replace"))
    return f"{verifier.program} does not accept its signature ({said})"


def _last_error(output: str) -> str:
    """The line of a program's output that says why it failed."""
    lines = [line for line in output.split("\n") if line.strip()]
    errors = [line for line in lines if line.startswith("Error: ")]
    chosen = errors[-1] if errors else (lines[-1] if lines else "it says nothing")
    return one_line(chosen.removeprefix("Error: "))


_TABLE_KEYS = frozenset({"allowed", "others", "signature", "timeout"})
_RULE_TEXTS = ("key", "identity", "identity-regexp", "issuer", "issuer-regexp")
_RULE_KEYS = frozenset({"images", "by", "transparency-log", *_RULE_TEXTS})


def read_trust(table: Mapping[str, object], *, root: Path) -> Trust:
    """Read `[tool.harden.trust]`; a key's path is taken from `root`.

    Keys: `allowed` (patterns), `others` ("advice" or "error"), `timeout` (seconds), and
    `[[...signature]]` tables with `images`, `by` and what its way of checking needs. Raises
    HardenError on anything else.
    """
    _only(table, _TABLE_KEYS, "trust")
    others = table.get("others", "advice")
    if others not in ("advice", "error"):
        raise HardenError('trust.others is neither "advice" nor "error"')
    timeout = table.get("timeout", 60.0)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout <= 0:
        raise HardenError("trust.timeout is not a number of seconds")
    rules = table.get("signature", ())
    if not isinstance(rules, list | tuple):
        raise HardenError("trust.signature is not a list of tables")
    return Trust(
        allowed=_patterns(table["allowed"], "trust.allowed") if "allowed" in table else None,
        others_are_errors=others == "error",
        signatures=tuple(
            _read_rule(rule, f"trust.signature[{number}]", root)
            for number, rule in enumerate(rules)
        ),
        timeout=float(timeout),
    )


def _read_rule(rule: object, place: str, root: Path) -> SignatureRule:
    if not isinstance(rule, Mapping):
        raise HardenError(f"{place} is not a table")
    _only(rule, _RULE_KEYS, place)
    by = rule.get("by")
    if not isinstance(by, str) or by not in {*VERIFIERS, UNSIGNED}:
        raise HardenError(f"{place}.by is not one of {', '.join([*VERIFIERS, UNSIGNED])}")
    texts: dict[str, str] = {}
    for key in _RULE_TEXTS:
        value = rule.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise HardenError(f"{place}.{key} is not a text")
        if value is not None:
            texts[key.replace("-", "_")] = value
    log = rule.get("transparency-log", True)
    if not isinstance(log, bool):
        raise HardenError(f"{place}.transparency-log is neither true nor false")
    needs = () if by == UNSIGNED else VERIFIERS[by].needs
    for group in needs:
        if sum(name in texts for name in group) != 1:
            names = " or ".join(name.replace("_", "-") for name in group)
            raise HardenError(f"{place} needs {names} for {by}")
    for name in texts.keys() - {name for group in needs for name in group}:
        raise HardenError(f"{place}.{name.replace('_', '-')} means nothing for {by}")
    if "key" in texts and "://" not in texts["key"]:
        texts["key"] = os.fspath(root / texts["key"])
    images = _patterns(rule.get("images"), f"{place}.images")
    return SignatureRule(images, by, transparency_log=log, **texts)


def _only(table: Mapping[str, object], known: frozenset[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise HardenError(f"{place}.{key} is not known; known are {', '.join(sorted(known))}")


def _patterns(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise HardenError(f"{place} is not a list of patterns such as docker.io/library/*")
    for pattern in value:
        if "/" not in pattern and pattern != "**":
            raise HardenError(
                f'{place}: "{pattern}" names no registry; write docker.io/library/{pattern}'
            )
    return tuple(value)
