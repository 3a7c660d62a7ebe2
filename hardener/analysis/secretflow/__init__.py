"""Follows secrets through a whole Dockerfile: where each comes from, and where it is used."""
