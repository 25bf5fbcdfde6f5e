"""Whom campaigns ring: lists of people, read from files, told by the API, erased when asked."""
