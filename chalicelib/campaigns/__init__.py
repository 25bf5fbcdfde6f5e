"""Outbound campaigns: whom to ring, whether the law allows it, and at what pace."""
