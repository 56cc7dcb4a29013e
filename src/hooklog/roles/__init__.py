"""The processes: a supervisor that owns the sockets, the edge that answers, the worker that settles."""
