"""What does a filter see? A kernel slides over a picture."""
