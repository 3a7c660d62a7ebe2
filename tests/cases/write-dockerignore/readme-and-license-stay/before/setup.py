from pathlib import Path

from setuptools import setup

setup(name="app", long_description=Path("README.md").read_text())
