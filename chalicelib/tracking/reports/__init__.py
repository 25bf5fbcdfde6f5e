"""Reports that answer at once: what each call adds to counters, and what they say of a period."""
