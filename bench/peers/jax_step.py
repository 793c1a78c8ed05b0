"""JAX's side of the benchmark (see training_peer.py), whose `open` also has "stepsPerCall": K and "convolutions":
"xla" or "product".

One `jit` for everything, K steps by `lax.scan`: pictures drawn from an array in memory, noise, gradients, optax's Adam.
State is donated, and nothing is read back from a step."""

import os

if os.environ.get("PEER_CORES") == "1":
    # XLA makes as many threads as the process may use cores; it has no other switch that holds for all of its pools.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import optax

from jax_nets import build
from training_peer import pictures, serve


class Training:
    version = jax.__version__

    def __init__(self, request):
        net, batch, beta, optimizer = (request[name] for name in ("net", "batchSize", "beta", "optimizer"))
        images = jnp.asarray(pictures(request), jnp.float32) / 255
        parameters, statistics, terms = build(net, jax.random.key(0), request["convolutions"])
        adam = optax.adam(
            optimizer["learningRate"], b1=optimizer["beta1"], b2=optimizer["beta2"], eps=optimizer["epsilon"]
        )
        self.parameter_count = sum(leaf.size for leaf in jax.tree.leaves(parameters))
        self.steps_per_call = request["stepsPerCall"]
        latent = net["model"]["latentDim"]

        def loss(parameters, statistics, x, noise):
            reconstruction, kl, after = terms(parameters, statistics, x, noise)
            return reconstruction + beta * kl.sum(), after

        def one(state, key, images):
            parameters, statistics, moments = state
            rows, noise = jax.random.split(key)
            x = images[jax.random.randint(rows, (batch,), 0, len(images))]
            gradient, statistics = jax.grad(loss, has_aux=True)(
                parameters, statistics, x, jax.random.normal(noise, (batch, latent))
            )
            updates, moments = adam.update(gradient, moments, parameters)
            return optax.apply_updates(parameters, updates), statistics, moments

        def call(state, key, images):
            key, *keys = jax.random.split(key, self.steps_per_call + 1)
            if self.steps_per_call == 1:
                return one(state, keys[0], images), key
            return jax.lax.scan(lambda s, k: (one(s, k, images), None), state, jnp.stack(keys))[0], key

        self.images, self.call = images, jax.jit(call, donate_argnums=0)
        self.state, self.key = (parameters, statistics, adam.init(parameters)), jax.random.key(1)

    def step(self):
        self.state, self.key = self.call(self.state, self.key, self.images)
        # Calls return before they are done; without this the clock would stop too early.
        jax.block_until_ready(self.state)
        return self.steps_per_call


serve(Training)
