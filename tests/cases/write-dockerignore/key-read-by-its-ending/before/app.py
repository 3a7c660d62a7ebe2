from pathlib import Path

KEYS = list(Path().glob("*.pem"))
