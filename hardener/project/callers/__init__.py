"""Callers: the files of a repository that build and run its images, and what they say."""

from hardener.project.callers.find import find_callers
from hardener.project.callers.model import Build, Callers, Form, Mount, Run, Secret, Usage, Value

__all__ = ["Build", "Callers", "Form", "Mount", "Run", "Secret", "Usage", "Value", "find_callers"]
