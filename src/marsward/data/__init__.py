"""The pantry: shipped assets, kernels, catalogues, readers and writers of exchange formats."""
