"""Durable intake: an event is in the journal, synced, before its push is answered."""
