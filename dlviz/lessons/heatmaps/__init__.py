"""Where did it look, and can you trust the picture?"""
