"""One folder per lesson."""
