"""Events told to customers' servers."""
