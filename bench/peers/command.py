"""A whole training in PyTorch, as a script that a person would write: reads MNIST's files, trains, evaluates −ELBO on the
held-out images after every epoch, logs, and saves a checkpoint. Argument: a file of the request's JSON. Into its `folder`
go log.jsonl, checkpoint.pt and result.json (held-out −ELBO in nats an image, largest resident size in bytes)."""

import gzip
import json
import os
import resource
import sys

import numpy
import torch

from nets import build


def pictures(folder, part, layout):
    name = f"{part}-images-idx3-ubyte"
    for path in (os.path.join(folder, *below, name + end) for below in ((), ("mnist",)) for end in ("", ".gz")):
        if os.path.exists(path):
            with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
                raw = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
            images = torch.from_numpy(raw.copy()).view(-1, 1, 28, 28)
            return images.contiguous(memory_format=layout).float().div_(255)
    raise SystemExit(f"no {name} in {folder}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    folder, batch, beta = request["folder"], request["batchSize"], request["beta"]
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    torch.set_num_threads(request["threads"])
    layout = torch.channels_last if request["channelsLast"] else torch.contiguous_format
    train, held_out = (pictures(request["data"], part, layout) for part in ("train", "t10k"))
    model = build(request["net"]).to(memory_format=layout)
    options = request["optimizer"]
    optimizer = torch.optim.Adam(
        model.parameters(),
        lr=options["learningRate"],
        betas=(options["beta1"], options["beta2"]),
        eps=options["epsilon"],
        fused=True,
    )
    terms = torch.compile(model.terms) if request["compiled"] else model.terms
    with open(os.path.join(folder, "log.jsonl"), "w", encoding="utf-8") as log:
        for epoch in range(request["epochs"]):
            for rows in torch.randperm(len(train)).split(batch):
                if len(rows) < batch:
                    continue
                optimizer.zero_grad(set_to_none=True)
                reconstruction, kl = terms(train[rows])
                (reconstruction + beta * kl.sum()).backward()
                optimizer.step()
            with torch.no_grad():
                # In pieces of one size: another size would be compiled again.
                pieces = [terms(piece) for piece in held_out.split(500)]
                elbo = sum((r + k.sum()).item() for r, k in pieces) / len(pieces)
            log.write(json.dumps({"epoch": epoch + 1, "negativeElbo": elbo}) + "\n")
            log.flush()
            states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(states, os.path.join(folder, "checkpoint.pt"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
        json.dump({"negativeElbo": elbo, "peakBytes": peak}, file)


main()
