"""People told at once of calls that nobody took."""
