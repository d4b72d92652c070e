"""``python -m pixgrep`` is the command ``pixgrep``."""

from pixgrep.cli.main import main

main()
