"""Whom to trust on the way to a registry, and the client's own certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import Settings


def certificate_files(host: str, settings: Settings) -> tuple[Path, ...]:
    """The files of the first certs.d/HOST directory there is, and the one from the settings.

    Source: Docker's documentation, "Verify repository client with certificates": *.crt are
    authorities, a *.cert with the *.key of the same name is the client's own certificate.
    """
    authority = settings.authority(host)
    named = (authority,) if authority is not None else ()
    for directory in settings.certificates(host):
        if directory.is_dir():
            return (*named, *sorted(directory.glob("*.crt")), *sorted(directory.glob("*.cert")))
    return named


def tls_context(files: tuple[Path, ...]) -> ssl.SSLContext:
    """Trust `files`, and what OpenSSL trusts: SSL_CERT_FILE and SSL_CERT_DIR are its variables."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        # a Python built without a system store, as python.org's for macOS
        import certifi

        context.load_verify_locations(certifi.where())
    for file in files:
        try:
            if file.suffix == ".cert":
                context.load_cert_chain(file, file.with_suffix(".key"))
            else:
                context.load_verify_locations(file)
        except (OSError, ssl.SSLError):
            raise RegistryProblem(
                f"{file} can't be read as a certificate in PEM form", kind=Kind.UNREACHABLE
            ) from None
    return context
