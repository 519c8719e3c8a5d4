"""marsward beside its peers: one script a table, run by `benchmarks/run.py`."""
