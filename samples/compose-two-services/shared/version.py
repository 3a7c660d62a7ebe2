"""The version that both services report."""

import os

VERSION = os.environ.get("APP_VERSION", "development")
