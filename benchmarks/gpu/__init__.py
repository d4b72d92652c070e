"""Check and measure searching on a GPU: ``make gpu``, or ``python -m benchmarks.gpu``; ``--help`` says the rest."""
