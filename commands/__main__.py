"""`python -m commands VERB`, which is what bin/clearframe runs."""

from commands import main

main()
