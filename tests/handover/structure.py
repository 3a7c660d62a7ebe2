"""What a YAML caller says apart from what handing over secrets may change."""

from __future__ import annotations

import json
from typing import Any

import yaml

# the keys, wherever they stand, below which something may be changed; x-args is an anchor of args
_HANDED = frozenset(
    {
        *("args", "secret", "secrets", "ssh", "environment", "env", "x-args"),
        *("build-args", "secret-envs", "secret-files"),
    }
)


class _Loader(yaml.SafeLoader):
    """Takes compose's own tags for what they are on."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)


def rest_of(text: str, suffix: str) -> list[Any]:
    """The documents of a caller without what may be changed in it, and without shell code.

    A short `build: .` is given as the mapping that it stands for.
    """
    if suffix == ".json":
        return [_rest(json.loads(text))]
    return [_rest(document) for document in yaml.load_all(text, Loader=_Loader)]


def _rest(node: Any) -> Any:
    if isinstance(node, list):
        return [_rest(item) for item in node]
    if isinstance(node, dict):
        found = {}
        for key, value in node.items():
            if key in _HANDED:
                continue
            if key == "build" and isinstance(value, str):
                value = {"context": value}
            found[key] = _rest(value)
        return found
    if isinstance(node, str) and "docker" in node:
        return "a command"
    return node
