"""Conversations in a caller's own words, over the carrier's ConversationRelay socket."""
