"""Leads: the calls, forms, texts and chats of one person, put together, judged and counted once."""
