"""A copy of a data folder, made beside a running server, and a data folder made of a copy (decision 0020)."""
