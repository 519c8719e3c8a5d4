"""Small computations behind the published figures, one module for each topic."""
