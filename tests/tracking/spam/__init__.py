"""Spam."""
