"""Measure pixgrep beside its rivals: ``python -m benchmarks`` runs everything, ``--help`` says the rest."""
