"""PyTorch's side of the benchmark on a GPU; the requests are those of pytorch.py, with "compiled" and "tf32".

  {"open": {…, "compiled": true, "tf32": true}}
      → {"parameterCount": N, "version": "2.11.0, NVIDIA …", "firstSeconds": S}
  {"run": SECONDS}  → {"steps": N, "seconds": S, "cpuSeconds": S}

Pictures, order and state lie on the GPU, the fused Adam takes the step, and the loss is read back only when a run
ends: that is when the clock stops."""

import json
import sys
import time

import numpy
import torch

from nets import build


class Training:
    def __init__(self, request):
        torch.manual_seed(0)
        torch.set_float32_matmul_precision("high" if request["tf32"] else "highest")
        torch.backends.cudnn.allow_tf32 = request["tf32"]
        torch.backends.cudnn.benchmark = True
        net = request["net"]
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        layout = torch.channels_last if request["channelsLast"] else torch.contiguous_format
        raw = numpy.fromfile(request["pixels"], dtype=numpy.uint8)
        raw = torch.from_numpy(raw.reshape(-1, net["height"], net["width"], net["channels"]))
        images = raw.to(self.device).permute(0, 3, 1, 2).float().div(255)
        self.images = images.contiguous(memory_format=layout)
        self.model = build(net).to(self.device, memory_format=layout)
        self.batch_size = request["batchSize"]
        self.beta = request["beta"]
        optimizer = request["optimizer"]
        self.optimizer = torch.optim.Adam(
            self.model.parameters(),
            lr=optimizer["learningRate"],
            betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=optimizer["epsilon"],
            fused=self.device.type == "cuda",
        )
        self.order = torch.empty(0, dtype=torch.long, device=self.device)
        self.loss = torch.compile(self.objective, mode="reduce-overhead") if request["compiled"] else self.objective
        started = time.perf_counter()
        self.step()
        self.wait()
        self.first_seconds = time.perf_counter() - started

    def objective(self, x):
        reconstruction, kl = self.model.terms(x)
        return reconstruction + self.beta * kl.sum()

    def step(self):
        if len(self.order) < self.batch_size:
            self.order = torch.randperm(len(self.images), device=self.device)
        indices, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.images[indices]).backward()
        self.optimizer.step()

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def run(self, seconds):
        start, cpu = time.perf_counter(), time.process_time()
        steps, elapsed = 0, 0.0
        while steps == 0 or elapsed < seconds:
            for _ in range(20):
                self.step()
            self.wait()
            steps += 20
            elapsed = time.perf_counter() - start
        return {"steps": steps, "seconds": elapsed, "cpuSeconds": time.process_time() - cpu}


def version(device):
    return f"{torch.__version__}, {torch.cuda.get_device_name() if device.type == 'cuda' else 'CPU'}"


def main():
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                training = Training(request["open"])
                answer = {
                    "parameterCount": sum(p.numel() for p in training.model.parameters()),
                    "version": version(training.device),
                    "firstSeconds": training.first_seconds,
                }
            else:
                answer = training.run(request["run"])
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
