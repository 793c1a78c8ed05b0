"""PyTorch's side of the benchmark: a process that answers one JSON line per request on stdin.

  {"open": {"net": …, "pixels": FILE, "batchSize": N, "optimizer": …, "beta": B, "threads": T,
            "adam": "foreach" or "fused", "channelsLast": …, "compiled": …}}
      → {"parameterCount": N, "version": "2.15.0", "firstSeconds": S}
  {"run": SECONDS}  → {"steps": N, "seconds": S, "cpuSeconds": S}

Written as a good user would: the data lie in memory as float32, gradients are set to None, nothing is read back
from the step."""

import json
import sys
import time

import numpy
import torch

from nets import build


class Training:
    def __init__(self, request):
        torch.manual_seed(0)
        torch.set_num_threads(request["threads"])
        torch.set_flush_denormal(True)
        net = request["net"]
        layout = torch.channels_last if request["channelsLast"] else torch.contiguous_format
        raw = numpy.fromfile(request["pixels"], dtype=numpy.uint8)
        raw = raw.reshape(-1, net["height"], net["width"], net["channels"])
        images = torch.from_numpy(raw).permute(0, 3, 1, 2).float().div(255)
        self.images = images.contiguous(memory_format=layout)
        self.model = build(net).to(memory_format=layout)
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
        self.terms = torch.compile(terms) if request["compiled"] else terms
        self.order = torch.empty(0, dtype=torch.long)

    def step(self):
        if len(self.order) < self.batch_size:
            self.order = torch.randperm(len(self.images))
        indices, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        x = self.images[indices]
        self.optimizer.zero_grad(set_to_none=True)
        reconstruction, kl = self.terms(x)
        loss = reconstruction + self.beta * kl.sum()
        loss.backward()
        self.optimizer.step()

    def run(self, seconds):
        start, cpu = time.perf_counter(), time.process_time()
        steps, elapsed = 0, 0.0
        while steps == 0 or elapsed < seconds:
            self.step()
            steps += 1
            elapsed = time.perf_counter() - start
        return {"steps": steps, "seconds": elapsed, "cpuSeconds": time.process_time() - cpu}


def main():
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                training = Training(request["open"])
                count = sum(p.numel() for p in training.model.parameters())
                first = training.run(0)["seconds"]
                answer = {"parameterCount": count, "version": torch.__version__, "firstSeconds": first}
            else:
                answer = training.run(request["run"])
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
