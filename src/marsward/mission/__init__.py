"""The mission file, its phases and the run."""
