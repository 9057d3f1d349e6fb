"""`python -m shared.cli` is `qiao`, without the question of where its script lies."""

from shared.cli.main import main

main()
