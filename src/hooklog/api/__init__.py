"""The documented HTTP API and its extensions, off the hot path."""
