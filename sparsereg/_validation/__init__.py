"""User input into stores, targets, weights and penalties: every error a user can cause is raised here."""
