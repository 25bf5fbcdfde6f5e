"""Where campaigns are written down: apart, since whoever reads a consent needs none of it."""
