"""Calls that nobody meant: told from the others by rules or by people, kept out of every count."""
