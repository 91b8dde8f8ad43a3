"""How does the error find its way back? Back-propagation by hand, one number at a time."""
