import { add, multiply, slice, sum } from "../../../src/graph/index.ts";
import { besideEachOther, costs, EPOCHS, klOfEach, progressOf } from "../comparison.ts";
import { judge, prose, type Recipe, step } from "../step.ts";

interface FreeBits {
  readonly lambda: number;
  readonly tolerance: number;
  readonly rate: number;
}

type NextGamma = (gamma: number, kl: number, options: FreeBits) => number;

const OPTIONS: FreeBits = { lambda: 0.5, tolerance: 0.1, rate: 0.1 };

export const softFreeBits = step<{ nextGamma: NextGamma }>({
  slug: "soft-free-bits",
  title: "Soft free bits",
  exports: ["nextGamma"],
  text: prose`
A schedule treats all latents alike. Soft free bits give each a weight of its own, $\gamma_d$ in $[0,1]$, that multiplies its KL and moves after every step (Chen et al. 2017, appendix C); $\lambda$ is the nats that a latent should carry, $\tau$ a tolerance and $r$ a rate:

$$\gamma_d\leftarrow\begin{cases}(1-r)\,\gamma_d & \operatorname{KL}_d<(1-\tau)\lambda\\ \min\big(1,\,(1+r)\,\gamma_d\big) & \operatorname{KL}_d>(1+\tau)\lambda\\ \gamma_d & \text{otherwise.}\end{cases}$$

A latent that carries less than λ nats is made cheaper until it is worth using; one that carries more is made dearer, up to the full price. The −ELBO gets worse, for the price is not the true one; what it buys is that no latent stays silent.

Complete \`nextGamma\`. Then it is asked after every step of a small model’s training in this page, for each of 20 latents, more than these digits need. Another model is trained beside it with every $\gamma_d=1$.
`,
  check({ nextGamma }) {
    return [
      judge(nextGamma(0.5, 0.1, OPTIONS), {
        what: "the next γ after 0.5, at 0.1 nats (too little),",
        right: 0.45,
        mistakes: [
          [0.55, "the wrong way: what carries too little must become cheaper"],
          [0.5, "it did not move"],
          [0.4, "multiply by 1 − r; that subtracts r"],
        ],
      }),
      judge(nextGamma(0.5, 2, OPTIONS), {
        what: "the next γ after 0.5, at 2 nats (too much),",
        right: 0.55,
        mistakes: [
          [0.45, "the wrong way: what carries too much must become dearer"],
          [0.6, "multiply by 1 + r; that adds r"],
        ],
      }),
      judge(nextGamma(0.5, 0.52, OPTIONS), {
        what: "the next γ after 0.5, at 0.52 nats (within the tolerance),",
        right: 0.5,
        mistakes: [
          [0.55, "within (1 ± τ)·λ the weight rests"],
          [0.45, "within (1 ± τ)·λ the weight rests"],
        ],
      }),
      judge(nextGamma(0.98, 2, OPTIONS), {
        what: "the next γ after 0.98, at 2 nats (too much),",
        right: 1,
        mistakes: [[1.078, "it may not pass 1, the true price"]],
      }),
    ];
  },
  async *figure({ nextGamma }, lab) {
    const options = { lambda: 0.5, tolerance: 0.1, rate: 0.03 };
    const latents = Array.from({ length: 20 }, (_, d) => `γ${d}`);
    const shared = { latents: latents.length, epochs: EPOCHS };
    const gammas: number[][] = [];
    const steered: Recipe = {
      ...shared,
      scalars: Object.fromEntries(latents.map((name) => [name, 1])),
      next({ scalars, kl }) {
        const next = latents.map((name, d) => nextGamma(scalars[name]!, kl[d]!, options));
        gammas.push(next);
        return Object.fromEntries(latents.map((name, d) => [name, next[d]!]));
      },
      loss: ({ reconstruction, klPerDimension, scalar }) =>
        latents.reduce(
          (loss, name, d) => add(loss, multiply(scalar(name), sum(slice(klPerDimension, 0, d, d + 1)))),
          reconstruction,
        ),
    };
    const plain: Recipe = {
      ...shared,
      scalars: {},
      loss: ({ reconstruction, kl }) => add(reconstruction, kl),
    };
    for await (const models of besideEachOther(lab, { "your rule": steered, "γ = 1": plain })) {
      const x = gammas.map((_, i) => i + 1).filter((step) => step % 4 === 0);
      yield {
        kind: "group",
        parts: [
          {
            kind: "lines",
            series: latents.map((name, d) => ({ name, values: x.map((step) => gammas[step - 1]![d]!) })),
            x,
            end: models[0].moment.steps,
            axes: ["step", "γ"],
            caption: "Your γ, a line for each latent, with λ = 0.5, τ = 0.1 and r = 0.03.",
          },
          klOfEach(models),
          costs(models),
        ],
        caption: `${progressOf(models)} A latent that would fall silent is made cheaper, and carries half a nat at its own price.`,
      };
    }
  },
});
