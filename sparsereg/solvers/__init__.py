"""Strategies: choose, call kernels, verify. A solver takes a problem and returns certified solutions."""
