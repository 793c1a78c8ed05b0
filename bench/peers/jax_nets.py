"""The benchmark's nets in JAX: pictures as [batch, height, width, channel], which XLA's CPU kernels like best, the same
layers as nets.py and the same loss in nats. Parameters and running statistics are trees of arrays, a net is two
functions of them. Convolutions are XLA's own or, since its kernels for the CPU are slow where one is transposed or a
gradient, one matrix product each with slices of the picture side by side."""

import math

import jax
import jax.numpy as jnp
from jax import lax, nn

DIMENSIONS = ("NHWC", "HWIO", "NHWC")


def conv_by_xla(x, weight, stride, padding):
    return lax.conv_general_dilated(x, weight, (stride,) * 2, [(padding, padding)] * 2, dimension_numbers=DIMENSIONS)


def transposed_by_xla(x, weight, stride, padding, output_padding):
    before = len(weight) - 1 - padding
    sides = [(before, before + output_padding)] * 2
    return lax.conv_general_dilated(
        x, weight, (1, 1), sides, lhs_dilation=(stride,) * 2, dimension_numbers=DIMENSIONS
    )


def conv_by_product(x, weight, stride, padding):
    size = len(weight)
    x = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    high, wide = ((side - size) // stride + 1 for side in x.shape[1:3])
    reach = lambda start, count: slice(start, start + stride * (count - 1) + 1, stride)
    places = [x[:, reach(i, high), reach(j, wide)] for i in range(size) for j in range(size)]
    return jnp.concatenate(places, axis=3) @ weight.reshape(-1, weight.shape[3])


def transposed_by_product(x, weight, stride, padding, output_padding):
    """Of every pixel its `size`×`size` contributions in one product, then added where they belong."""
    size, _, into, out = weight.shape
    # As a transposed convolution's kernel the weight is turned: XLA's own correlates with the dilated picture.
    kernel = weight[::-1, ::-1].transpose(2, 0, 1, 3).reshape(into, -1)
    pixels = (x @ kernel).reshape(*x.shape[:3], size, size, out)
    ends = [stride * (side - 1) + size - 2 * padding + output_padding for side in x.shape[1:3]]
    total = 0
    for i in range(size):
        for j in range(size):
            sides = [
                (start - padding, end - (start - padding + stride * (side - 1) + 1), stride - 1)
                for start, side, end in zip((i, j), x.shape[1:3], ends)
            ]
            total += lax.pad(pixels[:, :, :, i, j], 0.0, [(0, 0, 0), *sides, (0, 0, 0)])
    return total


CONVOLUTIONS = {"xla": (conv_by_xla, transposed_by_xla), "product": (conv_by_product, transposed_by_product)}


class Layers:
    """Makes parameters as PyTorch does, uniform within 1/√inputs, while a net is put together."""

    def __init__(self, key, convolutions):
        self.key, self.parameters, self.statistics = key, {}, {}
        self.convolve, self.convolve_transposed = CONVOLUTIONS[convolutions]

    def uniform(self, shape, inputs):
        self.key, key = jax.random.split(self.key)
        return jax.random.uniform(key, shape, minval=-1, maxval=1) / math.sqrt(inputs)

    def weights(self, name, kernel, out, inputs):
        self.parameters[name] = {"weight": self.uniform(kernel, inputs), "bias": self.uniform((out,), inputs)}

    def linear(self, name, into, out):
        self.weights(name, (into, out), out, into)
        return lambda run, x: x @ run.parameters[name]["weight"] + run.parameters[name]["bias"]

    def conv(self, name, into, out, size, stride, padding):
        self.weights(name, (size, size, into, out), out, into * size * size)
        return lambda run, x: (
            self.convolve(x, run.parameters[name]["weight"], stride, padding) + run.parameters[name]["bias"]
        )

    def conv_transpose(self, name, into, out, size, stride, padding, output_padding=0):
        self.weights(name, (size, size, into, out), out, out * size * size)
        return lambda run, x: (
            self.convolve_transposed(x, run.parameters[name]["weight"], stride, padding, output_padding)
            + run.parameters[name]["bias"]
        )

    def batch_norm(self, name, channels):
        self.parameters[name] = {"weight": jnp.ones(channels), "bias": jnp.zeros(channels)}
        self.statistics[name] = {"mean": jnp.zeros(channels), "variance": jnp.ones(channels)}

        def apply(run, x):
            p, before = run.parameters[name], run.statistics[name]
            mean, count = x.mean((0, 1, 2)), x.size // channels
            variance = jnp.square(x).mean((0, 1, 2)) - jnp.square(mean)
            unbiased = variance * count / (count - 1)
            run.statistics[name] = {
                "mean": 0.9 * before["mean"] + 0.1 * lax.stop_gradient(mean),
                "variance": 0.9 * before["variance"] + 0.1 * lax.stop_gradient(unbiased),
            }
            scale = p["weight"] * lax.rsqrt(variance + 1e-5)
            return x * scale + (p["bias"] - mean * scale)

        return apply


class Run:
    """One pass: what the layers read, and the running statistics that they leave."""

    def __init__(self, parameters, statistics):
        self.parameters, self.statistics = parameters, dict(statistics)


def chain(*steps):
    def apply(run, x):
        for step in steps:
            x = step(run, x)
        return x

    return apply


def each(function):
    return lambda run, x: function(x)


relu, flatten = each(nn.relu), each(lambda x: x.reshape(len(x), -1))


def halves(layer):
    return lambda run, x: jnp.split(layer(run, x), 2, axis=1)


def pair(mean, log_variance):
    return lambda run, x: (mean(run, x), log_variance(run, x))


def shaped(*shape):
    return each(lambda x: x.reshape(len(x), *shape))


def mlp(make, spec):
    image = (spec["height"], spec["width"], spec["channels"])
    pixels, hidden, latent = math.prod(image), spec["model"]["hidden"], spec["model"]["latentDim"]

    def body(half, sizes):
        layers = [(make.linear(f"{half}.fc{i + 1}", a, b), relu) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
        return chain(*(step for both in layers for step in both))

    body_in = body("encoder", [pixels, *hidden])
    heads = pair(make.linear("encoder.mean", hidden[-1], latent), make.linear("encoder.log_variance", hidden[-1], latent))
    back = hidden[::-1]
    return chain(flatten, body_in, heads), chain(
        body("decoder", [latent, *back]), make.linear("decoder.output", back[-1], pixels), shaped(*image)
    )


def conv28(make, spec):
    channels, latent = spec["channels"], spec["model"]["latentDim"]
    encode = chain(
        make.conv("encoder.conv1", channels, 64, 3, 2, 1),
        relu,
        make.conv("encoder.conv2", 64, 256, 3, 2, 1),
        relu,
        flatten,
        halves(make.linear("encoder.fc", 256 * 7 * 7, 2 * latent)),
    )
    return encode, chain(
        make.linear("decoder.fc", latent, 128 * 7 * 7),
        shaped(7, 7, 128),
        make.conv_transpose("decoder.conv1", 128, 256, 3, 2, 1),
        relu,
        make.conv_transpose("decoder.conv2", 256, 64, 3, 2, 0, 1),
        relu,
        make.conv_transpose("decoder.conv3", 64, channels, 3, 1, 1),
    )


def burgess(make, spec):
    channels, latent = spec["channels"], spec["model"]["latentDim"]
    depth = {32: 3, 64: 4}[spec["height"]]
    down = [(make.conv(f"encoder.conv{i + 1}", 32 if i else channels, 32, 4, 2, 1), relu) for i in range(depth)]
    encode = chain(
        *(step for both in down for step in both),
        flatten,
        make.linear("encoder.fc1", 32 * 4 * 4, 256),
        relu,
        make.linear("encoder.fc2", 256, 256),
        relu,
        pair(make.linear("encoder.mean", 256, latent), make.linear("encoder.log_variance", 256, latent)),
    )
    up = [(relu, make.conv_transpose(f"decoder.conv{i + 1}", 32, 32, 4, 2, 1)) for i in range(depth - 1)]
    return encode, chain(
        make.linear("decoder.fc1", latent, 256),
        relu,
        make.linear("decoder.fc2", 256, 256),
        relu,
        make.linear("decoder.fc3", 256, 32 * 4 * 4),
        shaped(4, 4, 32),
        *(step for both in up for step in both),
        relu,
        make.conv_transpose(f"decoder.conv{depth}", 32, channels, 4, 2, 1),
    )


def celeba(make, spec):
    channels, latent = spec["channels"], spec["model"]["latentDim"]
    widths, leaky = [32, 64, 128, 256, 512], each(lambda x: nn.leaky_relu(x, 0.01))
    down, up = [each(lambda x: 2 * x - 1)], [make.linear("decoder.fc", latent, 512 * 4), shaped(2, 2, 512)]
    for i, (into, out) in enumerate(zip([channels, *widths], widths)):
        down += [make.conv(f"encoder.conv{i + 1}", into, out, 3, 2, 1), make.batch_norm(f"encoder.bn{i + 1}", out), leaky]
    for i, (into, out) in enumerate(zip([512, 256, 128, 64, 32], [256, 128, 64, 32, 32])):
        layer = make.conv_transpose(f"decoder.conv{i + 1}", into, out, 3, 2, 1, 1)
        up += [layer, make.batch_norm(f"decoder.bn{i + 1}", out), leaky]
    heads = pair(make.linear("encoder.mean", 2048, latent), make.linear("encoder.log_variance", 2048, latent))
    output = make.conv("decoder.output", 32, channels, 3, 1, 1)
    return chain(*down, flatten, heads), chain(*up, output, each(lambda x: (jnp.tanh(x) + 1) * 0.5))


ARCHITECTURES = {"mlp": mlp, "conv28": conv28, "burgess": burgess, "celeba": celeba}


def build(spec, key, convolutions):
    """Parameters, running statistics, and the terms as a function of them, pictures and noise: reconstruction (a
    scalar), KL per latent, means over the batch in nats per picture, and the statistics after it."""
    make, likelihood = Layers(key, convolutions), spec["model"]["likelihood"]
    encode, decode = ARCHITECTURES[spec["model"]["architecture"]](make, spec)

    def terms(parameters, statistics, x, noise):
        run = Run(parameters, statistics)
        mean, log_variance = encode(run, x)
        output = decode(run, mean + jnp.exp(0.5 * log_variance) * noise)
        if likelihood["kind"] == "bernoulli":
            # ln(1 + eˡ) − x·l, of the logits l.
            reconstruction = (nn.softplus(output) - x * output).sum() / len(x)
        else:
            sigma = likelihood["sigma"]
            normaliser = math.log(sigma) + 0.5 * math.log(2 * math.pi)
            reconstruction = jnp.square(output - x).sum() / (2 * sigma**2 * len(x)) + normaliser * x[0].size
        kl = 0.5 * (jnp.square(mean) + jnp.exp(log_variance) - log_variance - 1).mean(0)
        return reconstruction, kl, run.statistics

    return make.parameters, make.statistics, terms
