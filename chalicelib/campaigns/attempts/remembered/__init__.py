"""What the law remembers of people, as it is stored."""
