"""From observations to knowledge, without a look at the truth."""
