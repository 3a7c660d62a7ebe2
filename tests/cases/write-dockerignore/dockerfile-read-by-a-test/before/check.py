from pathlib import Path

TEXT = Path("Dockerfile").read_text()
