"""What is known of a base image before it is pulled: distribution, users, entrypoint and the like.

The data is `data/facts.json` (`data/facts-dhi.json` for Docker Hardened Images), which
`scripts/generate_facts.py` makes. The files name their sources, their date and the licences; each
image names its own source.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from hardener.images.distributions import distribution_in
from hardener.images.image_facts import (
    Account,
    Certainty,
    Distribution,
    Family,
    ImageFacts,
    PrivilegeDrop,
    TagStatus,
)
from hardener.images.matching import LONGEST_TAG, Json, Tag, canonical_name, find_key
from hardener.images.records import evaluate

__all__ = [
    "Account",
    "Certainty",
    "Distribution",
    "Family",
    "ImageFacts",
    "PrivilegeDrop",
    "TagStatus",
    "facts_for",
    "likely_family",
]

_FACTS: Final = "facts.json"
_DHI_FACTS: Final = "facts-dhi.json"
_DHI_HOST: Final = "dhi.io/"


def facts_for(name: str, tag: str | None = None, *, digest: str | None = None) -> ImageFacts | None:
    """What is known of the image `name` under `tag`; None for an image that is not recorded.

    Parameters:
        name: the image without tag and digest, in any spelling: "node", "docker.io/library/node",
            "gcr.io/distroless/static-debian12". With a build argument in it, it is not recorded.
        tag: None counts as `latest`. A build argument in it ("${VERSION}-alpine") hides its part:
            what depends on that part is unknown.
        digest: the digest of the reference, if it has one. The image is then the one of some day:
            a release that the tag does not name is unknown. Without a tag nothing says which
            version it is, and what varies by tag is unknown.
    """
    return _facts_for(name, tag, digest is not None)


def likely_family(name: str, tag: str | None = None) -> Family | None:
    """How accounts are probably made in an image that is not recorded, by the words of its name.

    "example/tool" with the tag "3.1-alpine" is "busybox", "example/ubuntu" with "14.04" is
    "shadow". A name is a hint, not a fact: use it only together with what the file itself does.
    """
    rules = _data(_FACTS)["rules"]
    for text in (tag or "", name.rpartition("/")[2]):
        if len(text) <= LONGEST_TAG and (words := distribution_in(text, rules)):
            family: Family | None = rules["families"].get(words[0])
            return family
    return None


@lru_cache(maxsize=2048)
def _facts_for(name: str, tag: str | None, pinned: bool) -> ImageFacts | None:
    index = _data(_FACTS)
    rules = index["rules"]
    canonical = canonical_name(name, rules)
    view = Tag.of(tag, pinned=pinned)
    if canonical is None or len(view.text) > LONGEST_TAG:
        return None
    if canonical.startswith(_DHI_HOST):
        index = _data(_DHI_FACTS)
        rules = rules | index["rules"]
    key = find_key(canonical, index)
    if key is None:
        return None
    return evaluate(key, canonical, tag, view, index["images"][key], rules)


@lru_cache(maxsize=2)
def _data(file: str) -> Json:
    data: Json = json.loads((Path(__file__).parent / "data" / file).read_bytes())
    return data
