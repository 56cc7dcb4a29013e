"""Hooklog: a durable, explained log of behavioural events."""
