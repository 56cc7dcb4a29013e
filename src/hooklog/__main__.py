"""`python -m hooklog` is the program."""

from hooklog.cli import main

main()
