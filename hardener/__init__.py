"""hardener rewrites Dockerfiles so that the images they build are secure."""

__version__ = "0.1.0"
