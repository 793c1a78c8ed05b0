"""JAX's side of the benchmark: a process that answers one JSON line per request on stdin, as pytorch.py does.

  {"open": {"net": …, "pixels": FILE, "batchSize": N, "optimizer": …, "beta": B, "stepsPerCall": K,
            "convolutions": "xla" or "product"}}
      → {"parameterCount": N, "version": "0.10.2", "firstSeconds": S}
  {"run": SECONDS}  → {"steps": N, "seconds": S, "cpuSeconds": S}

One `jit` for everything, K steps by `lax.scan`: pictures drawn from an array in memory, noise, gradients, optax's Adam.
State is donated, and nothing is read back from a step."""

import json
import os
import sys
import time

if os.environ.get("PEER_CORES") == "1":
    # XLA makes as many threads as the process may use cores; it has no other switch that holds for all of its pools.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy
import optax

from jax_nets import build


class Training:
    def __init__(self, request):
        net, batch, beta, optimizer = (request[name] for name in ("net", "batchSize", "beta", "optimizer"))
        raw = numpy.fromfile(request["pixels"], dtype=numpy.uint8)
        images = jnp.asarray(raw.reshape(-1, net["height"], net["width"], net["channels"]), jnp.float32) / 255
        parameters, statistics, terms = build(net, jax.random.key(0), request["convolutions"])
        adam = optax.adam(
            optimizer["learningRate"], b1=optimizer["beta1"], b2=optimizer["beta2"], eps=optimizer["epsilon"]
        )
        self.count = sum(leaf.size for leaf in jax.tree.leaves(parameters))
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

    def run(self, seconds):
        start, cpu = time.perf_counter(), time.process_time()
        steps, elapsed = 0, 0.0
        while steps == 0 or elapsed < seconds:
            steps += self.step()
            elapsed = time.perf_counter() - start
        return {"steps": steps, "seconds": elapsed, "cpuSeconds": time.process_time() - cpu}


def main():
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                training = Training(request["open"])
                start = time.perf_counter()
                training.step()
                first = time.perf_counter() - start
                answer = {"parameterCount": training.count, "version": jax.__version__, "firstSeconds": first}
            else:
                answer = training.run(request["run"])
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
