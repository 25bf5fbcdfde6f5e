"""Leads under two models of credit, and what they cost: the report of attribution."""
