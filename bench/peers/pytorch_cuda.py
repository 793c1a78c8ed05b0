"""PyTorch's side of the benchmark on an NVIDIA GPU: as pytorch.py, with "tf32" in `open`, pictures, order and state on the
GPU, and graphs of CUDA where it is compiled."""

import torch

import pytorch
from training_peer import serve

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

#: Steps that are started before anybody waits for them, as in a training that reads its loss now and then.
TOGETHER = 20


class Training(pytorch.Training):
    version = f"{torch.__version__}, {torch.cuda.get_device_name() if DEVICE == 'cuda' else 'CPU'}"

    def __init__(self, request):
        torch.set_float32_matmul_precision("high" if request["tf32"] else "highest")
        torch.backends.cudnn.allow_tf32 = request["tf32"]
        torch.backends.cudnn.benchmark = True
        super().__init__(request, DEVICE)

    def compile(self, terms):
        return torch.compile(terms, mode="reduce-overhead")

    def step(self):
        steps = sum(super(Training, self).step() for _ in range(TOGETHER))
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        return steps


serve(Training)
