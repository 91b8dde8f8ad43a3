"""What can layers do that a line cannot? A playground of small networks, every unit of them in view."""
