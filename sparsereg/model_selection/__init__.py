"""Choosing alpha: folds, held-out errors, criteria and rules."""
