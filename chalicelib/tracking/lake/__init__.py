"""Calls and visits as files, a day at a time, for questions that no report foresaw."""
