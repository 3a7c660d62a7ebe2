"""Where Python's installers put packages."""
