"""What does a network learn to see? A convolutional network, all of its filters and maps in view while it learns."""
