"""`python -m bot.cli` is `claimwire`."""

from bot.cli import main

main()
