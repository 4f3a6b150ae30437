"""Benchmarks: `python -m benchmarks` from a checkout, with the package and its extra `bench` installed."""
