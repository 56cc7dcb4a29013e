"""Simulated worlds for tests: a disk that loses power. Nothing in the product imports from here."""
