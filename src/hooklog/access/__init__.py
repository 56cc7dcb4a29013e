"""Who calls: Basic, OAuth client credentials and API keys, and what each may do."""
