"""The two listeners of the edge: HTTP/1.1 on sockets that somebody else owns, with bounds on everything."""
