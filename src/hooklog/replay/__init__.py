"""Saying again what was said: one event or many, through today's definitions, each with an entry of its own."""
