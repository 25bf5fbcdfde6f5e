"""How far imports have come, kept between their workers."""
