"""What an org has set up: event definitions with their versions, and webhooks."""
