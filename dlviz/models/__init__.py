"""Networks that more than one lesson trains."""
