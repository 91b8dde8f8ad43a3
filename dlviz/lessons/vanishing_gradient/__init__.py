"""Why does it forget? Gradients through time in three recurrent cells that train side by side."""
