"""Who sees what: light time, aberration, cameras as geometry, illumination."""
