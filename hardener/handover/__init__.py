"""What callers have to be changed to: files that build and run images hand over what a hardened
Dockerfile wants of them."""

from hardener.handover.demand import Demand, RunDemand, demands_of
from hardener.handover.rewrite import CallerText, Rewritten, rewrite

__all__ = ["CallerText", "Demand", "Rewritten", "RunDemand", "demands_of", "rewrite"]
