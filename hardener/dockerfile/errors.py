"""What can be wrong with a Dockerfile."""

from hardener.errors import HardenError


class DockerfileError(HardenError):
    """A Dockerfile that BuildKit would reject, or that can't be read; `line` is 1-based."""
