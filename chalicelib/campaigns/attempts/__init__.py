"""Who a campaign rings, each call to them, and what is counted of it."""
