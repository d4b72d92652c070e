"""Numba and nothing else: how kernels are compiled and cached, and the few there are. Imported only when it pays."""
