"""Servers on loopback that demand a secret, as private indexes, registries and repositories do."""
