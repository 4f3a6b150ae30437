"""The error on data held out by the user, which ends a path once it stops improving."""

import numpy as np


class Validation:
    """Ends a path once the error on held-out data has not improved for `patience` alphas."""

    def __init__(self, request, design, data):
        self._held_out, self._patience = request.held_out, request.patience
        self._design, self._mean = design, design.center_target(data.Y)[1]
        self.errors = []

    def __call__(self, block):
        """As `FeatureLimit`."""
        held = self._held_out
        coefs, intercepts = self._design.original(block.coefs.T, self._mean, block.features)
        residuals = held.data.Y - held.data.store.predict(block.features, coefs) - intercepts
        self.errors.extend(np.average(np.square(residuals), axis=0, weights=held.weights))
        end = int(np.argmin(self.errors)) + 1 + self._patience
        return end if end <= len(self.errors) else None
