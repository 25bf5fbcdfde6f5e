"""Attempts as they are stored."""
