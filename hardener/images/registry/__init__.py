"""The client for container registries: what a tag stands for today, and what is in the image.

`RegistryClient` stands in `hardener.images.registry.client`, apart from the values it takes and
answers with: those are wanted where nothing is asked, and it is slow to import.
"""

from hardener.images.registry.image import Image, Resolved
from hardener.images.registry.manifests import ImageConfig
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import (
    RegistrySettings,
    Settings,
    default_settings,
    read_registries,
)

__all__ = [
    "Image",
    "ImageConfig",
    "Kind",
    "RegistryProblem",
    "RegistrySettings",
    "Resolved",
    "Settings",
    "default_settings",
    "read_registries",
]
