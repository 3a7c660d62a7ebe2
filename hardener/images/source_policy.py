"""A BuildKit source policy that makes a build use the pinned images, whatever its files say.

Source: moby/buildkit docs/build-repro.md and sourcepolicy (engine.go, pb/policy.proto). BuildKit
takes the file with `EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=FILE docker buildx build` or with
`buildctl --source-policy-file FILE`.
"""

import json
from collections.abc import Iterable

from hardener.images.registry.image import Image

_SCHEME = "docker-image://"


def source_policy(pinned: Iterable[Image], *, deny_others: bool = False) -> str:
    """The policy for these images, as JSON text with a final newline; the same set, the same text.

    Each image has a digest; one that has a tag too speaks for that tag.

    Each tag is converted to its digest. With `deny_others` a build that takes any other image
    fails: BuildKit goes by the last ALLOW or DENY that matches, and looks again after a CONVERT.
    """
    images = sorted(
        {(image.registry, image.repository, image.tag, image.digest) for image in pinned},
        key=lambda parts: tuple(part or "" for part in parts),
    )
    rules: list[dict[str, object]] = []
    if deny_others:
        rules.append(_rule("DENY", f"{_SCHEME}*"))
        names = (
            _identifier(registry, repository, kept_tag, digest)
            for registry, repository, tag, digest in images
            for kept_tag in dict.fromkeys((tag, None))
        )
        rules += [_rule("ALLOW", name) for name in dict.fromkeys(names)]
    for registry, repository, tag, digest in images:
        if tag is not None:
            rule = _rule("CONVERT", _identifier(registry, repository, tag, None))
            exact = _identifier(registry, repository, tag, digest)
            rules.append({**rule, "updates": {"identifier": exact}})
    return json.dumps({"rules": rules}, indent=2) + "\n"


def _identifier(registry: str, repository: str, tag: str | None, digest: str | None) -> str:
    tag = "" if tag is None else f":{tag}"
    digest = "" if digest is None else f"@{digest}"
    return f"{_SCHEME}{registry}/{repository}{tag}{digest}"


def _rule(action: str, identifier: str) -> dict[str, object]:
    return {"action": action, "selector": {"identifier": identifier}}
