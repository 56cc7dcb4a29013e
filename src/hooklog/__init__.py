"""Hooklog: a durable, explained log of behavioural events."""

__all__ = ["__version__"]

__version__ = "0.1.0"
