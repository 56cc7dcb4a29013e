"""Filling a data folder from a file."""
