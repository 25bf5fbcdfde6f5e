"""Counts of campaigns."""
