"""Compiled loops: small arrays in, small arrays out; no validation, no warnings, nothing compiled at import."""
