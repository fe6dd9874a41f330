"""`python -m tui`: the same as `birth-console`."""

from birth_console import main

main()
