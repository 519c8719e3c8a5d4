"""The true worlds that instruments look at."""
