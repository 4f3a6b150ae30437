"""Naive twins of the optimised pieces: the same results by the shortest readable NumPy."""
