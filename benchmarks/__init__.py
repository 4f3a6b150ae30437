"""Benchmarks: `python -m benchmarks --help`, from a checkout with `pip install -e '.[bench]'`."""
