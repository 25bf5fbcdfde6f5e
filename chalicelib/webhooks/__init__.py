"""Events told to customers' servers: whom to tell, and every attempt at it."""
