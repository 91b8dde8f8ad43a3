"""How does a network find its way down? Gradient descent, live, on a real loss."""
