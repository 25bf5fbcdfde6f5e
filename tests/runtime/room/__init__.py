"""A room of nobody's, with one of each kind of route, to test the API's plumbing on."""
