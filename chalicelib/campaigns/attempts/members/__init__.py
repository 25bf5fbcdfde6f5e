"""Members of campaigns."""
