"""Whether the files of a data folder are sound: looked at, never changed, with or without a running server."""
