"""PyTorch's side of the parity check. Reads {"cases": […], "steps": N, "out": FILE} on stdin and writes a
safetensors file: for each case and precision, `CASE/32/…` and `CASE/64/…`, terms and gradients at the first
weights and batch, and every parameter and buffer after N steps. Weights, pictures and noise are the formulas of
values.ts, the same to the last bit; in double precision the same numbers are widened."""

import json
import math
import pathlib
import re
import struct
import sys

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "peers"))
from nets import build  # noqa: E402
from objectives import first_state, loss_of  # noqa: E402


def hashed(name, count, offset=0):
    start = 0x811C9DC5
    for byte in name.encode():
        start = ((start ^ byte) * 0x01000193) & 0xFFFFFFFF
    mask = numpy.uint64(0xFFFFFFFF)
    h = (numpy.arange(offset, offset + count, dtype=numpy.uint64) * 0x9E3779B1 + start) & mask
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & mask
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & mask
    return ((h ^ (h >> 16)) >> 8).astype(numpy.float64) / 2**24


def weights(name, shape):
    count = math.prod(shape)
    signed = 2 * hashed(name, count) - 1
    if name.startswith("objective."):
        values = 0.5 + 0.45 * signed
    elif len(shape) > 1:
        values = signed / math.sqrt(count / shape[0])
    elif re.search(r"bn\d+\.bias$", name):
        values = 3 * numpy.sign(signed) + signed
    elif name.endswith("running_var") or name.endswith(".weight"):
        values = 1 + 0.5 * signed
    else:
        values = 0.1 * signed
    return values.astype(numpy.float32).reshape(shape)


def batch(case, step, dtype):
    net, size = case["net"], case["batchSize"]
    shape = (size, net["height"], net["width"], net["channels"])
    count = math.prod(shape)
    pixels = numpy.floor(hashed("pixels", count, step * count) * 256).reshape(shape)
    x = torch.tensor(pixels, dtype=dtype).permute(0, 3, 1, 2).contiguous() / 255
    count = size * net["model"]["latentDim"]
    a, b, c = (hashed(f"noise {letter}", count, step * count) for letter in "abc")
    noise = (2 * (a + b + c - 1.5)).astype(numpy.float32).reshape(size, -1)
    return x, torch.tensor(noise, dtype=dtype)


def compute(case, steps, dtype):
    model = build(case["net"]).to(dtype)
    state = {name: t for name, t in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    theirs = {entry["name"]: tuple(entry["shape"]) for entry in case["state"]}
    own = {name: t.to(dtype) for name, t in first_state(case["objective"], case["net"]["model"]["latentDim"], weights).items()}
    ours = {name: tuple(t.shape) for name, t in {**state, **own}.items()}
    if ours != theirs:
        raise SystemExit(f"{case['name']}: the nets differ in {sorted(set(ours.items()) ^ set(theirs.items()))}")
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(torch.from_numpy(weights(name, tensor.shape)))

    options = case["optimizer"]
    rate = options["learningRate"]
    adam = torch.optim.Adam(
        model.parameters(),
        lr=rate["start"] if isinstance(rate, dict) else rate,
        betas=(options["beta1"], options["beta2"]),
        eps=options["epsilon"],
        weight_decay=options["weightDecay"],
    )
    gamma = rate["factor"] if isinstance(rate, dict) else 1.0
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, gamma)
    results = {}
    model.train()
    for step in range(steps):
        x, noise = batch(case, step, dtype)
        reconstruction, kl = model.terms(x, noise)
        loss = loss_of(case["objective"], model, x, noise, reconstruction, kl, own, case["dataSize"])
        adam.zero_grad(set_to_none=True)
        loss.backward()
        if step == 0:
            results["term:loss"] = loss
            results["term:reconstruction"] = reconstruction
            results["term:klPerDimension"] = kl
            for name, parameter in model.named_parameters():
                results[f"gradient:{name}"] = parameter.grad.clone()
        if "clipNorm" in options:
            torch.nn.utils.clip_grad_norm_(model.parameters(), options["clipNorm"])
        adam.step()
        schedule.step()
    for name, tensor in {**state, **own}.items():
        results[f"after:{name}"] = tensor
        results[f"update:{name}"] = tensor - torch.from_numpy(weights(name, tensor.shape))
    return {name: tensor.detach().numpy() for name, tensor in results.items()}


def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"torch": torch.__version__}}, 0
    for name, array in tensors.items():
        kind = {"float32": "F32", "float64": "F64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(numpy.ascontiguousarray(array).tobytes())


def main():
    request = json.load(sys.stdin)
    tensors = {}
    for case in request["cases"]:
        # Doubles first: an aligned file then needs no padding.
        for bits, dtype in ((64, torch.float64), (32, torch.float32)):
            for name, array in compute(case, request["steps"], dtype).items():
                tensors[f"{case['name']}/{bits}/{name}"] = array
    doubles_first = sorted(tensors.items(), key=lambda item: -item[1].itemsize)
    write_safetensors(request["out"], dict(doubles_first))


main()
