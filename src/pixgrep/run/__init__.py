"""Move tiles through a backend, keep their order, merge what comes out."""
