"""Platforms: the names Docker takes, and which of them an image's platforms serve."""

from collections.abc import Iterable

_SYSTEMS = frozenset({"linux", "windows", "darwin", "freebsd", "wasi"})
_WITH_VARIANT = frozenset({"arm", "arm64", "amd64"})

# containerd/platforms database.go, `normalizeArch`
_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "amd64/v1": "amd64",
    "i386": "386",
    "aarch64": "arm64",
    "arm64/8": "arm64",
    "arm64/v8": "arm64",
    "arm": "arm/v7",
    "armhf": "arm/v7",
    "arm/7": "arm/v7",
    "armel": "arm/v6",
    "arm/6": "arm/v6",
    "arm/5": "arm/v5",
}

# containerd/platforms compare.go, `platformVector`: what a machine runs besides its own kind
_ALSO_RUNS = {
    "linux/amd64": ("linux/386",),
    "linux/arm64": ("linux/arm/v7", "linux/arm/v6", "linux/arm/v5"),
    "linux/arm/v7": ("linux/arm/v6", "linux/arm/v5"),
    "linux/arm/v6": ("linux/arm/v5",),
}


def normalise_platform(text: str) -> str:
    """The canonical form of a `--platform` value: `aarch64` and `linux/arm64/v8` are `linux/arm64`.

    Takes `OS`, `ARCH`, `OS/ARCH` or `OS/ARCH/VARIANT` with its variables already expanded; a
    value that names no architecture keeps only its system. Source: containerd/platforms.
    """
    first, _, rest = text.strip().lower().partition("/")
    system, architecture = "linux", f"{first}/{rest}" if rest else first
    if first in _SYSTEMS or (rest and first not in _WITH_VARIANT):
        system, architecture = first, rest
    architecture = _ARCHITECTURES.get(architecture, architecture)
    return f"{system}/{architecture}" if architecture else system


def system_of(platform: str) -> str:
    """The operating system of a canonical platform."""
    return platform.partition("/")[0]


def serves(offered: Iterable[str], wanted: str) -> bool:
    """Whether an image built for `offered` can be pulled for `wanted`, both canonical.

    A `wanted` without architecture is served by any platform of that system.
    """
    if "/" not in wanted:
        return any(system_of(platform) == wanted for platform in offered)
    accepted = {wanted, *_ALSO_RUNS.get(wanted, ())}
    return any(platform in accepted for platform in offered)
