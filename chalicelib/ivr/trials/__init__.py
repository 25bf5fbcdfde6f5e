"""Calls tried without a phone: scripts, what comes of them, and the tests inside a document."""
