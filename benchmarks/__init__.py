"""Benchmarks: `python -m benchmarks.tall`, `.wide`, `.sparse` and `.footprint`, from a checkout with `.[bench]`."""
