"""The objectives of src/objectives in PyTorch, written from their papers and the seed's notebook, and not from our
code: capacity (Burgess 2018, equation 8), soft free bits (seed 003), β-TCVAE by minibatch stratified sampling
(Chen 2018, appendix C.2, with 1/N on the diagonal)."""

import math

import torch


def first_state(objective, latent, weights):
    """What an objective keeps from step to step, by the name that a checkpoint gives it."""
    if objective["kind"] == "softFreeBits":
        return {"objective.gamma": torch.from_numpy(weights("objective.gamma", (latent,)))}
    return {}


def log_normal(z, mean, log_variance):
    return -0.5 * (math.log(2 * math.pi) + log_variance + (z - mean) ** 2 / log_variance.exp())


def tc_terms(z, mean, log_variance, count):
    batch = z.shape[0]
    others = batch - 1
    weight = torch.full((batch, batch), 1 / others, dtype=z.dtype)
    for i in range(batch):
        weight[i, i] = 1 / count
        weight[i, (i + 1) % batch] = (count - others) / (count * others)
    pairwise = log_normal(z[:, None], mean[None], log_variance[None])
    joint = torch.logsumexp(pairwise.sum(2) + weight.log(), 1)
    marginals = torch.logsumexp(pairwise + weight.log()[:, :, None], 1).sum(1)
    posterior = log_normal(z, mean, log_variance).sum(1)
    prior = log_normal(z, torch.zeros_like(z), torch.zeros_like(z)).sum(1)
    return (posterior - joint).mean(), (joint - marginals).mean(), (marginals - prior).mean()


def loss_of(objective, model, x, noise, reconstruction, kl, state, count):
    """The loss of a batch, in nats per image; moves the objective's state on."""
    kind = objective["kind"]
    if kind == "vae":
        return reconstruction + kl.sum()
    if kind == "beta":
        return reconstruction + objective["beta"] * kl.sum()
    if kind == "capacity":
        return reconstruction + objective["gamma"] * (kl.sum() - objective["capacity"]).abs()
    if kind == "softFreeBits":
        now = kl.detach()
        low = now <= (1 - objective["tolerance"]) * objective["lambda"]
        high = now >= (1 + objective["tolerance"]) * objective["lambda"]
        factor = torch.where(low, 1 - objective["rate"], 1.0) * torch.where(high, 1 + objective["rate"], 1.0)
        gamma = torch.clamp(state["objective.gamma"] * factor, 0, 1)
        state["objective.gamma"] = gamma
        return reconstruction + (gamma * kl).sum()
    if kind == "tc":
        mean, log_variance = model.encode(x)
        z = mean + torch.exp(0.5 * log_variance) * noise
        parts = tc_terms(z, mean, log_variance, count)
        weights = (objective["alpha"], objective["beta"], objective["gamma"])
        return reconstruction + sum(weight * part for weight, part in zip(weights, parts))
    raise SystemExit(f"no reference for the objective {kind}")
