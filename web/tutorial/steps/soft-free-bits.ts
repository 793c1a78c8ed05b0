import { judge, prose, step } from "../step.ts";

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

A latent that carries less than λ nats is made cheaper until it is worth using; one that carries more is made dearer, up to the full price. The −ELBO gets worse, for the price is not the true one; what it buys is that no latent stays silent. Complete \`nextGamma\`.
`,
  check({ nextGamma }) {
    return [
      judge(nextGamma(0.5, 0.1, OPTIONS), {
        what: "γ = 0.5 of a latent with too little, 0.1 nats",
        right: 0.45,
        mistakes: [
          [0.55, "the wrong way: what carries too little must become cheaper"],
          [0.5, "it did not move"],
          [0.4, "multiply by 1 − r; that subtracts r"],
        ],
      }),
      judge(nextGamma(0.5, 2, OPTIONS), {
        what: "γ = 0.5 of a latent with too much, 2 nats",
        right: 0.55,
        mistakes: [
          [0.45, "the wrong way: what carries too much must become dearer"],
          [0.6, "multiply by 1 + r; that adds r"],
        ],
      }),
      judge(nextGamma(0.5, 0.52, OPTIONS), {
        what: "γ = 0.5 within the tolerance, at 0.52 nats",
        right: 0.5,
        mistakes: [
          [0.55, "within (1 ± τ)·λ the weight rests"],
          [0.45, "within (1 ± τ)·λ the weight rests"],
        ],
      }),
      judge(nextGamma(0.98, 2, OPTIONS), {
        what: "γ = 0.98 of a latent with too much",
        right: 1,
        mistakes: [[1.078, "it may not pass 1, the true price"]],
      }),
    ];
  },
  async figure({ nextGamma }) {
    // A latent whose KL falls as its price rises: at γ it would carry 0.2/γ nats, 3 at most, and follows slowly.
    const gammas: number[] = [];
    const kls: number[] = [];
    let [gamma, kl] = [0.9, 0.05];
    for (let i = 0; i < 120; i++) {
      gammas.push(gamma);
      kls.push(kl);
      kl += 0.15 * (Math.min(3, 0.2 / Math.max(gamma, 0.01)) - kl);
      gamma = nextGamma(gamma, kl, OPTIONS);
    }
    return {
      kind: "lines",
      series: [
        { name: "γ", values: gammas },
        { name: "KL (nats)", values: kls },
      ],
      x: gammas.map((_, i) => i),
      axes: ["step", "γ, and KL in nats"],
      caption:
        "A simulated latent under your rule, with λ = 0.5: γ finds the price at which it carries half a nat.",
    };
  },
});
