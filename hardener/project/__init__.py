"""What surrounds a Dockerfile: discovery, build context, ignore files, callers."""
