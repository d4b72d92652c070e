"""The command line: what was typed becomes calls of the library. Each flag is declared once."""
