"""PyTorch's side of the benchmark on a CPU (see training_peer.py), whose `open` also has "threads": T,
"adam": "foreach" or "fused", "channelsLast" and "compiled".

Written as a good user would: the data lie in memory as float32, gradients are set to None, nothing is read back
from the step."""

import torch

from nets import build
from training_peer import pictures, serve


class Training:
    version = torch.__version__

    def __init__(self, request, device="cpu"):
        torch.manual_seed(0)
        torch.set_num_threads(request["threads"])
        torch.set_flush_denormal(True)
        layout = torch.channels_last if request["channelsLast"] else torch.contiguous_format
        images = torch.from_numpy(pictures(request)).to(device).permute(0, 3, 1, 2).float().div(255)
        self.images = images.contiguous(memory_format=layout)
        self.model = build(request["net"]).to(device, memory_format=layout)
        self.batch_size = request["batchSize"]
        self.beta = request["beta"]
        optimizer = request["optimizer"]
        self.optimizer = torch.optim.Adam(
            self.model.parameters(),
            lr=optimizer["learningRate"],
            betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=optimizer["epsilon"],
            **{request["adam"]: True},
        )
        terms = self.model.terms
        self.terms = self.compile(terms) if request["compiled"] else terms
        self.order = torch.empty(0, dtype=torch.long, device=device)
        self.parameter_count = sum(p.numel() for p in self.model.parameters())

    def compile(self, terms):
        return torch.compile(terms)

    def step(self):
        if len(self.order) < self.batch_size:
            self.order = torch.randperm(len(self.images), device=self.images.device)
        indices, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        x = self.images[indices]
        self.optimizer.zero_grad(set_to_none=True)
        reconstruction, kl = self.terms(x)
        loss = reconstruction + self.beta * kl.sum()
        loss.backward()
        self.optimizer.step()
        return 1


if __name__ == "__main__":
    serve(Training)
