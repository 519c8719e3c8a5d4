"""Published figures and the runner that holds the project against them."""
