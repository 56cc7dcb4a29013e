"""A load on any HTTP/1.1 server; knows nothing of Hooklog. `python -m bench.driver --help`."""
