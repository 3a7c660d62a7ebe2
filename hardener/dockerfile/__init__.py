"""Reading and rewriting Dockerfiles, lossless; knows nothing of hardening."""
