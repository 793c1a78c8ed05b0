"""The nets of src/models/architectures as PyTorch modules, with the same parameter names, shapes and order of
operations, and the same loss in nats. Used by the benchmark and by the parity check; a net is described by the
JSON that bench/net.ts makes of a config."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Vae(nn.Module):
    """Encoder, reparameterisation, decoder. Subclasses fill `encoder` and `decoder` and say how they run."""

    def __init__(self, spec):
        super().__init__()
        self.likelihood = spec["model"]["likelihood"]
        self.encoder = nn.ModuleDict()
        self.decoder = nn.ModuleDict()
        prior = spec["model"].get("prior", {"kind": "normal"})
        if prior["kind"] == "vamp":
            shape = (prior["components"], spec["channels"], spec["height"], spec["width"])
            self.prior = nn.ParameterDict({"pseudo_inputs": torch.zeros(shape)})

    def forward(self, x, noise=None):
        mean, log_variance = self.encode(x)
        if noise is None:
            noise = torch.randn_like(mean)
        return self.decode(mean + torch.exp(0.5 * log_variance) * noise), mean, log_variance

    def terms(self, x, noise=None):
        """Reconstruction (a scalar) and KL per latent, means over the batch in nats per image."""
        mean, log_variance = self.encode(x)
        z = mean + torch.exp(0.5 * log_variance) * (torch.randn_like(mean) if noise is None else noise)
        output = self.decode(z)
        batch = x.shape[0]
        if self.likelihood["kind"] == "bernoulli":
            reconstruction = F.binary_cross_entropy_with_logits(output, x, reduction="sum") / batch
        else:
            sigma = self.likelihood["sigma"]
            decoded = output if self.squashed else torch.sigmoid(output)
            normaliser = math.log(sigma) + 0.5 * math.log(2 * math.pi)
            squares = F.mse_loss(decoded, x, reduction="sum") / (2 * sigma * sigma)
            reconstruction = squares / batch + normaliser * x[0].numel()
        if hasattr(self, "prior"):
            return reconstruction, self.vamp_kl(z, mean, log_variance).mean(0)
        kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).mean(0)
        return reconstruction, kl

    def vamp_kl(self, z, mean, log_variance):
        """ln q(z|x) − ln p(z) under the VampPrior (Tomczak & Welling 2018), each latent's share of it."""
        posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
        centre, spread = self.encode(self.prior["pseudo_inputs"].clamp(0, 1))
        components = torch.distributions.Normal(centre[None], (0.5 * spread).exp()[None])
        densities = components.log_prob(z[:, None])
        joint = densities.sum(2) - math.log(len(centre))
        shares = joint.softmax(1)
        choice = (shares * (shares.log() + math.log(len(centre)))).sum(1, keepdim=True)
        return posterior.log_prob(z) - (shares[:, :, None] * densities).sum(1) + choice / z.shape[1]

    #: True when the decoder's last layer already gives pixels in [0, 1].
    squashed = False


class Mlp(Vae):
    def __init__(self, spec):
        super().__init__(spec)
        self.image = (spec["channels"], spec["height"], spec["width"])
        pixels = math.prod(self.image)
        hidden, latent = spec["model"]["hidden"], spec["model"]["latentDim"]
        for i, (into, out) in enumerate(zip([pixels, *hidden], hidden)):
            self.encoder[f"fc{i + 1}"] = nn.Linear(into, out)
        self.encoder["mean"] = nn.Linear(hidden[-1], latent)
        self.encoder["log_variance"] = nn.Linear(hidden[-1], latent)
        back = hidden[::-1]
        for i, (into, out) in enumerate(zip([latent, *back], back)):
            self.decoder[f"fc{i + 1}"] = nn.Linear(into, out)
        self.decoder["output"] = nn.Linear(back[-1], pixels)
        self.depth = len(hidden)

    def encode(self, x):
        h = x.flatten(1)
        for i in range(self.depth):
            h = F.relu(self.encoder[f"fc{i + 1}"](h))
        return self.encoder["mean"](h), self.encoder["log_variance"](h)

    def decode(self, z):
        h = z
        for i in range(self.depth):
            h = F.relu(self.decoder[f"fc{i + 1}"](h))
        return self.decoder["output"](h).view(-1, *self.image)


class Conv28(Vae):
    def __init__(self, spec):
        super().__init__(spec)
        channels, latent = spec["channels"], spec["model"]["latentDim"]
        self.encoder["conv1"] = nn.Conv2d(channels, 64, 3, stride=2, padding=1)
        self.encoder["conv2"] = nn.Conv2d(64, 256, 3, stride=2, padding=1)
        self.encoder["fc"] = nn.Linear(256 * 7 * 7, 2 * latent)
        self.decoder["fc"] = nn.Linear(latent, 128 * 7 * 7)
        self.decoder["conv1"] = nn.ConvTranspose2d(128, 256, 3, stride=2, padding=1)
        self.decoder["conv2"] = nn.ConvTranspose2d(256, 64, 3, stride=2, padding=0, output_padding=1)
        self.decoder["conv3"] = nn.ConvTranspose2d(64, channels, 3, stride=1, padding=1)

    def encode(self, x):
        h = F.relu(self.encoder["conv1"](x))
        h = F.relu(self.encoder["conv2"](h))
        return self.encoder["fc"](h.flatten(1)).chunk(2, dim=1)

    def decode(self, z):
        h = self.decoder["fc"](z).view(-1, 128, 7, 7)
        h = F.relu(self.decoder["conv1"](h))
        h = F.relu(self.decoder["conv2"](h))
        return self.decoder["conv3"](h)


class Burgess(Vae):
    def __init__(self, spec):
        super().__init__(spec)
        channels, latent = spec["channels"], spec["model"]["latentDim"]
        self.depth = {32: 3, 64: 4}[spec["height"]]
        for i in range(self.depth):
            self.encoder[f"conv{i + 1}"] = nn.Conv2d(channels if i == 0 else 32, 32, 4, stride=2, padding=1)
        self.encoder["fc1"] = nn.Linear(32 * 4 * 4, 256)
        self.encoder["fc2"] = nn.Linear(256, 256)
        self.encoder["mean"] = nn.Linear(256, latent)
        self.encoder["log_variance"] = nn.Linear(256, latent)
        self.decoder["fc1"] = nn.Linear(latent, 256)
        self.decoder["fc2"] = nn.Linear(256, 256)
        self.decoder["fc3"] = nn.Linear(256, 32 * 4 * 4)
        for i in range(self.depth):
            out = channels if i == self.depth - 1 else 32
            self.decoder[f"conv{i + 1}"] = nn.ConvTranspose2d(32, out, 4, stride=2, padding=1)

    def encode(self, x):
        h = x
        for i in range(self.depth):
            h = F.relu(self.encoder[f"conv{i + 1}"](h))
        h = F.relu(self.encoder["fc1"](h.flatten(1)))
        h = F.relu(self.encoder["fc2"](h))
        return self.encoder["mean"](h), self.encoder["log_variance"](h)

    def decode(self, z):
        h = F.relu(self.decoder["fc1"](z))
        h = F.relu(self.decoder["fc2"](h))
        h = F.relu(self.decoder["fc3"](h)).view(-1, 32, 4, 4)
        for i in range(self.depth - 1):
            h = F.relu(self.decoder[f"conv{i + 1}"](h))
        return self.decoder[f"conv{self.depth}"](h)


class CelebA(Vae):
    CHANNELS = [32, 64, 128, 256, 512]
    squashed = True

    def __init__(self, spec):
        super().__init__(spec)
        channels, latent = spec["channels"], spec["model"]["latentDim"]
        for i, (into, out) in enumerate(zip([channels, *self.CHANNELS], self.CHANNELS)):
            self.encoder[f"conv{i + 1}"] = nn.Conv2d(into, out, 3, stride=2, padding=1)
            self.encoder[f"bn{i + 1}"] = nn.BatchNorm2d(out)
        self.encoder["mean"] = nn.Linear(512 * 4, latent)
        self.encoder["log_variance"] = nn.Linear(512 * 4, latent)
        self.decoder["fc"] = nn.Linear(latent, 512 * 4)
        for i, (into, out) in enumerate(zip([512, 256, 128, 64, 32], [256, 128, 64, 32, 32])):
            self.decoder[f"conv{i + 1}"] = nn.ConvTranspose2d(into, out, 3, stride=2, padding=1, output_padding=1)
            self.decoder[f"bn{i + 1}"] = nn.BatchNorm2d(out)
        self.decoder["output"] = nn.Conv2d(32, channels, 3, padding=1)

    def encode(self, x):
        h = 2 * x - 1
        for i in range(5):
            h = F.leaky_relu(self.encoder[f"bn{i + 1}"](self.encoder[f"conv{i + 1}"](h)))
        h = h.flatten(1)
        return self.encoder["mean"](h), self.encoder["log_variance"](h)

    def decode(self, z):
        h = self.decoder["fc"](z).view(-1, 512, 2, 2)
        for i in range(5):
            h = F.leaky_relu(self.decoder[f"bn{i + 1}"](self.decoder[f"conv{i + 1}"](h)))
        return (torch.tanh(self.decoder["output"](h)) + 1) * 0.5


class Conv(Vae):
    """Our own net for any size: channels double at each stride-2 convolution, up to eight times."""

    def __init__(self, spec):
        super().__init__(spec)
        sizes = [(spec["height"], spec["width"])]
        while min(sizes[-1]) >= 8:
            sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
        self.depth = len(sizes) - 1
        channels = [spec["channels"], *(spec["model"]["width"] * 2 ** min(i, 3) for i in range(self.depth))]
        hidden, latent = spec["model"]["hidden"], spec["model"]["latentDim"]
        self.smallest = (channels[-1], *sizes[-1])
        for i in range(self.depth):
            self.encoder[f"conv{i + 1}"] = nn.Conv2d(channels[i], channels[i + 1], 4, stride=2, padding=1)
        self.encoder["fc"] = nn.Linear(math.prod(self.smallest), hidden)
        self.encoder["mean"] = nn.Linear(hidden, latent)
        self.encoder["log_variance"] = nn.Linear(hidden, latent)
        self.decoder["fc1"] = nn.Linear(latent, hidden)
        self.decoder["fc2"] = nn.Linear(hidden, math.prod(self.smallest))
        for i, level in enumerate(range(self.depth, 0, -1)):
            odd = tuple(size % 2 for size in sizes[level - 1])
            self.decoder[f"conv{i + 1}"] = nn.ConvTranspose2d(
                channels[level], channels[level - 1], 4, stride=2, padding=1, output_padding=odd
            )

    def encode(self, x):
        h = x
        for i in range(self.depth):
            h = F.relu(self.encoder[f"conv{i + 1}"](h))
        h = F.relu(self.encoder["fc"](h.flatten(1)))
        return self.encoder["mean"](h), self.encoder["log_variance"](h)

    def decode(self, z):
        h = F.relu(self.decoder["fc1"](z))
        h = F.relu(self.decoder["fc2"](h)).view(-1, *self.smallest)
        for i in range(self.depth):
            h = self.decoder[f"conv{i + 1}"](h)
            if i < self.depth - 1:
                h = F.relu(h)
        return h


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, channels), nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.query, self.key, self.value, self.output = (nn.Conv2d(channels, channels, 1) for _ in range(4))

    def forward(self, x):
        h = self.norm(x)
        query, key, value = (one(h).flatten(2).transpose(1, 2) for one in (self.query, self.key, self.value))
        mixed = F.scaled_dot_product_attention(query, key, value)
        return x + self.output(mixed.transpose(1, 2).reshape(x.shape))


class Residual(Vae):
    """Group norm, SiLU and residual blocks at every level; nearest upsampling in the decoder."""

    def __init__(self, spec):
        super().__init__(spec)
        model, sides = spec["model"], (spec["height"], spec["width"])
        self.depth, width = model["depth"], model["width"]
        channels = [width * 2 ** min(i, 3) for i in range(self.depth)]
        self.smallest = (channels[-1], *(side // 2**self.depth for side in sides))
        into = spec["channels"]
        for i, out in enumerate(channels):
            for half in (self.encoder, self.decoder):
                half[f"level{i + 1}"] = nn.ModuleDict({f"block{b + 1}": Block(out) for b in range(model["blocks"])})
                if model["attention"] and i == self.depth - 1:
                    half[f"level{i + 1}"]["attention"] = Attention(out)
            self.encoder[f"level{i + 1}"]["down"] = nn.Conv2d(into, out, 4, stride=2, padding=1)
            self.decoder[f"level{i + 1}"]["up"] = nn.Conv2d(out, width // 2 if i == 0 else into, 3, padding=1)
            into = out
        for name in ("mean", "log_variance"):
            self.encoder[name] = nn.Linear(math.prod(self.smallest), model["latentDim"])
        self.encoder["norm"], self.decoder["norm"] = nn.GroupNorm(8, channels[-1]), nn.GroupNorm(8, width // 2)
        self.decoder["fc"] = nn.Linear(model["latentDim"], math.prod(self.smallest))
        self.decoder["output"] = nn.Conv2d(width // 2, spec["channels"], 3, padding=1)

    def level(self, half, i, h):
        for name, layer in half[f"level{i + 1}"].items():
            if name.startswith("block") or name == "attention":
                h = layer(h)
        return h

    def encode(self, x):
        for i in range(self.depth):
            x = self.level(self.encoder, i, self.encoder[f"level{i + 1}"]["down"](x))
        h = F.silu(self.encoder["norm"](x)).flatten(1)
        return self.encoder["mean"](h), self.encoder["log_variance"](h)

    def decode(self, z):
        h = self.decoder["fc"](z).view(-1, *self.smallest)
        for i in reversed(range(self.depth)):
            h = self.level(self.decoder, i, h)
            h = self.decoder[f"level{i + 1}"]["up"](F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.decoder["output"](F.silu(self.decoder["norm"](h)))


ARCHITECTURES = {"residual": Residual, "conv": Conv, "mlp": Mlp, "conv28": Conv28, "burgess": Burgess, "celeba": CelebA}


def build(spec):
    """The net that `spec` (bench/net.ts) describes."""
    return ARCHITECTURES[spec["model"]["architecture"]](spec)
