"""The product's history: exactly one entry per event, with its stages and record, found in any way people ask."""
