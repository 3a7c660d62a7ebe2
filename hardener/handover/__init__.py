"""What callers have to be changed to: files that build and run images hand over what a hardened
Dockerfile wants of them."""

from hardener.handover.demand import Demand, RunDemand, arguments_gone, demands_of
from hardener.handover.rewrite import CallerText, Rewritten, rewrite

__all__ = [
    "CallerText",
    "Demand",
    "Rewritten",
    "RunDemand",
    "arguments_gone",
    "demands_of",
    "rewrite",
]
