"""What a customer identifier looks like: which values are malformed and which two are the same (contract I.5, I.22)."""
