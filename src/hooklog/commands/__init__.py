"""The program's commands, one file each; `cli.py` puts them together."""
