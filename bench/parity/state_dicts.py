"""State dicts of nets that people have, and what PyTorch makes of them: fixtures of src/jobs/import.test.ts.

Class definitions of our own with the documents' and the projects' names. Run with torch installed:

    python bench/parity/state_dicts.py test/fixtures/pytorch

Nets whose weights would be large get numbers that both sides can make: the file holds PyTorch's answers alone.
"""

import json
import sys
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

from made import made

out = Path(sys.argv[1])
torch.manual_seed(17)


class Examples(nn.Module):
    """VAE of pytorch/examples and of the soft free bits notebook."""

    def __init__(self, hidden, latent):
        super().__init__()
        self.fc1 = nn.Linear(784, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, 784)

    def encode(self, x):
        h = torch.relu(self.fc1(x.view(-1, 784)))
        return self.fc21(h), self.fc22(h)

    def decode(self, z):
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(z)))).view(-1, 1, 28, 28)


class Tutorial(nn.Module):
    """VAE of the tutorial: two hidden layers each way."""

    def __init__(self, input_size, latent_size, units):
        super().__init__()
        self.fc1 = nn.Linear(input_size, units)
        self.fc2 = nn.Linear(units, units)
        self.layer_mu = nn.Linear(units, latent_size)
        self.layer_logvar = nn.Linear(units, latent_size)
        self.fc3 = nn.Linear(latent_size, units)
        self.fc4 = nn.Linear(units, units)
        self.layer_output = nn.Linear(units, input_size)

    def encode(self, x):
        h = torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1)))))
        return self.layer_mu(h), self.layer_logvar(h)

    def decode(self, z):
        h = torch.relu(self.fc4(torch.relu(self.fc3(z))))
        return torch.sigmoid(self.layer_output(h)).view(-1, 1, 28, 28)


class Notebook(nn.Module):
    """BVAE of the convolutional notebook."""

    def __init__(self, latent):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 64, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(64, 256, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(7 * 7 * 256, 2 * latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, 7 * 7 * 128), nn.Unflatten(1, (128, 7, 7)),
            nn.ConvTranspose2d(128, 256, 3, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(256, 64, 3, stride=2, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(64, 1, 3, stride=1, padding=1),
        )

    def encode(self, x):
        return self.encoder(x).chunk(2, 1)

    def decode(self, z):
        return torch.sigmoid(self.decoder(z))


class Faces(nn.Module):
    """VanillaVAE and BetaVAE of PyTorch-VAE, pictures in [-1, 1]."""

    def __init__(self, latent, channels=(32, 64, 128, 256, 512)):
        super().__init__()

        def block(kind, into, out, **more):
            return nn.Sequential(kind(into, out, 3, stride=2, padding=1, **more), nn.BatchNorm2d(out), nn.LeakyReLU())

        sizes = [3, *channels]
        self.encoder = nn.Sequential(*[block(nn.Conv2d, i, o) for i, o in zip(sizes, sizes[1:])])
        self.fc_mu = nn.Linear(channels[-1] * 4, latent)
        self.fc_var = nn.Linear(channels[-1] * 4, latent)
        self.decoder_input = nn.Linear(latent, channels[-1] * 4)
        back = channels[::-1]
        up = [block(nn.ConvTranspose2d, i, o, output_padding=1) for i, o in zip(back, back[1:])]
        self.decoder = nn.Sequential(*up)
        self.final_layer = nn.Sequential(
            *block(nn.ConvTranspose2d, back[-1], back[-1], output_padding=1),
            nn.Conv2d(back[-1], 3, 3, padding=1), nn.Tanh(),
        )

    def encode(self, x):
        h = self.encoder(2 * x - 1).flatten(1)
        return self.fc_mu(h), self.fc_var(h)

    def decode(self, z):
        return (self.final_layer(self.decoder(self.decoder_input(z).view(-1, 512, 2, 2))) + 1) / 2


class Burgess(nn.Module):
    """A net that is not known by its names: burgess at 32x32, in its own order."""

    def __init__(self, latent):
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(i, 32, 4, 2, 1) for i in (1, 32, 32)])
        self.dense = nn.ModuleList([nn.Linear(512, 256), nn.Linear(256, 256)])
        self.moments = nn.Linear(256, 2 * latent)
        self.back = nn.ModuleList([nn.Linear(latent, 256), nn.Linear(256, 256), nn.Linear(256, 512)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(32, o, 4, 2, 1) for o in (32, 32, 1)])

    def encode(self, x):
        for layer in self.down:
            x = torch.relu(layer(x))
        x = x.flatten(1)
        for layer in self.dense:
            x = torch.relu(layer(x))
        return self.moments(x).chunk(2, 1)

    def decode(self, z):
        for layer in self.back:
            z = torch.relu(layer(z))
        z = torch.relu(self.up[0](z.view(-1, 32, 4, 4)))
        return torch.sigmoid(self.up[2](torch.relu(self.up[1](z))))


def fill(model):
    """Every tensor by its place in the state dict; running variances are positive."""
    for salt, (name, tensor) in enumerate(model.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            continue
        # He's uniform bound, so that what goes in still matters at the end; a bias, gain or moment is small.
        bound = (6 / tensor[0].numel()) ** 0.5 if tensor.dim() > 1 else 0.5
        low, high = (0.5, 1.5) if name.endswith("running_var") else (-bound, bound)
        tensor.copy_(made(tensor.numel(), salt, low, high).view(tensor.shape))


def answers(model, channels, size, latent):
    """PyTorch's outputs; of a decoded picture every 37th number."""
    model.eval()
    pixels = made(2 * channels * size * size, 1000, 0, 256).floor().clamp(0, 255)
    z = made(2 * latent, 2000, -2, 2).view(2, latent)
    with torch.no_grad():
        mean, log_variance = model.encode(pixels.view(2, channels, size, size) / 255)
        image = model.decode(z)
    assert min((both[0] - both[1]).abs().max() for both in (mean, log_variance, image)) > 0.001
    rounded = lambda tensor: [float(f"{value:.8g}") for value in tensor.flatten().tolist()]
    return {"mean": rounded(mean), "logVariance": rounded(log_variance), "image": rounded(image.flatten()[::37])}


torch.set_grad_enabled(False)
results = {}

examples = Examples(8, 3)
fill(examples)
torch.save(examples.state_dict(), out / "examples.pt")
results["examples"] = answers(examples, 1, 28, 3)

tutorial = Tutorial(784, 2, 6)
fill(tutorial)
wrapped = {"epoch": 9, "loss": 103.5, "model_state_dict": nn.DataParallel(tutorial).state_dict(), "history": [1.5, (2, None)]}
torch.save(wrapped, out / "tutorial.pth")
results["tutorial"] = answers(tutorial, 1, 28, 2)

for name, model, channels, size, latent in [
    ("notebook", Notebook(4), 1, 28, 4),
    ("faces", Faces(5), 3, 64, 5),
    ("burgess", Burgess(3), 1, 32, 3),
]:
    fill(model)
    results[name] = {
        "tensors": [[key, list(value.shape)] for key, value in model.state_dict().items()],
        **answers(model, channels, size, latent),
    }

(out / "answers.json").write_text(json.dumps(results, indent=2) + "\n")

# Types of number, views and shared storages, as one state dict; what they hold stands in the test.
base = torch.arange(24, dtype=torch.float32)
torch.save(
    OrderedDict(
        double=torch.tensor([1.5, -2.25], dtype=torch.float64),
        half=torch.tensor([[0.5], [65504.0]], dtype=torch.float16),
        bfloat=torch.tensor([1.0, -3.0], dtype=torch.bfloat16),
        long=torch.tensor(7),
        boolean=torch.tensor([True, False]),
        transposed=base.view(4, 6).t(),
        part=base[5:9],
        strided=base[::5],
        parameter=nn.Parameter(torch.tensor([0.25])),
        empty=torch.zeros(0, 3),
    ),
    out / "kinds.pt",
)
# What is not read: a whole model, and the format from before 2020.
torch.save(nn.Linear(2, 2), out / "whole-model.pt")
torch.save(nn.Linear(2, 2).state_dict(), out / "legacy.pt", _use_new_zipfile_serialization=False)
