"""Settings of hypothesis for every test."""

import os

from hypothesis import HealthCheck, settings

# A deadline, and a limit on how long examples take to draw, would make the outcome depend on the machine.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
