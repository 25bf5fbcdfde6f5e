"""Missed-call alerts."""
