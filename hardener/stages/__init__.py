"""How a build in one stage is split in two: what stays behind, and what the container needs."""
