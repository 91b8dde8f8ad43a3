"""What all tests share: one thread for torch, as the server has it, and calm random examples."""

import torch
from hypothesis import settings

torch.set_num_threads(1)  # small models: more threads are slower, and may round in another way
settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("house")
