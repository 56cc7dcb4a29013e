"""How Hooklog talks to SQLite: one way to open a file, one way to write, one way to bring a schema up to date."""
