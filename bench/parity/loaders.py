"""Folders of `betalab export --pytorch`: does pytorch.py answer as encoder.onnx and decoder.onnx do?

    python bench/parity/loaders.py FOLDER…          (torch, safetensors, onnxruntime installed)
"""

import json
import runpy
import sys
from pathlib import Path

import numpy
import onnxruntime
import torch

torch.set_grad_enabled(False)
worst = 0.0
for folder in map(Path, sys.argv[1:]):
    model = runpy.run_path(str(folder / "pytorch.py"))["model"]
    about = json.loads((folder / "model.json").read_text())
    height, width, channels = (about["image"][key] for key in ("height", "width", "channels"))
    random = numpy.random.default_rng(3)
    images = random.random((5, height, width, channels), dtype=numpy.float32)
    latents = random.standard_normal((5, about["latentDim"]), dtype=numpy.float32)
    run = lambda half, feeds: onnxruntime.InferenceSession(folder / f"{half}.onnx").run(None, feeds)
    expected = [*run("encoder", {"image": images}), *run("decoder", {"latent": latents})]
    mean, log_variance = model.encode(torch.from_numpy(images).permute(0, 3, 1, 2))
    decoded = model.decode(torch.from_numpy(latents)).permute(0, 2, 3, 1)
    found = [mean, log_variance, decoded]
    differences = [float(numpy.abs(one.numpy() - other).max()) for one, other in zip(found, expected)]
    worst = max(worst, *differences)
    print(folder, *(f"{difference:.1e}" for difference in differences))
sys.exit(worst > 1e-5)
