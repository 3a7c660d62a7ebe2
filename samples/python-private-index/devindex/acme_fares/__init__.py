"""Fares of the tram network, in cents."""

ZONE = 140
DAY_TICKET = 780


def fare(zones: int, travellers: int = 1) -> int:
    """Price in cents of a ride through `zones` zones: never more than day tickets would be."""
    if zones < 1 or travellers < 1:
        raise ValueError("a ride needs a zone and a traveller")
    return min(zones * ZONE, DAY_TICKET) * travellers
