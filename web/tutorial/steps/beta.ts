import { judge, prose, step } from "../step.ts";

interface Betas {
  readonly [name: string]: (...args: never[]) => unknown;
  readonly betaObjective: (reconstruction: number, kl: number, beta: number) => number;
  readonly normalizedBeta: (beta: number, latents: number, pixels: number) => number;
}

export const beta = step<Betas>({
  slug: "beta",
  title: "β = 10 and β = 1",
  exports: ["betaObjective", "normalizedBeta"],
  text: prose`
A β-VAE (Higgins et al. 2017) minimises

$$\text{reconstruction}+\beta\cdot\operatorname{KL}.$$

At β = 1 a nat through the latents is worth it as soon as it saves a nat of pixels. At β = 10 it has to save ten: only what many pixels agree about is still worth saying, such as which digit it is and how it leans. The pictures become blurred, fewer latents are in use, and those that stay tend to mean one thing each. The −ELBO is worse by construction, because it is measured at β = 1: two models of different β cannot be compared by it.

What β means depends on how many pixels stand against how many latents. $\beta_{\text{norm}}=\beta M/N$ for $M$ latents and $N$ pixels can be compared between data sets. Much published code averages the reconstruction over pixels instead of summing: that is a β of $N$ times the one that is written there. Complete both functions.
`,
  check({ betaObjective, normalizedBeta }) {
    return [
      judge(betaObjective(80, 25, 1), {
        what: "the objective of 80 + 25 nats at β = 1",
        right: 105,
        mistakes: [],
      }),
      judge(betaObjective(80, 25, 10), {
        what: "and at β = 10",
        right: 330,
        mistakes: [
          [1050, "β weighs the KL alone, not the reconstruction"],
          [825, "β stands at the reconstruction; it belongs to the KL"],
          [82.5, "β multiplies, it does not divide"],
        ],
      }),
      judge(normalizedBeta(4, 10, 784), {
        what: "β_norm of β = 4 with 10 latents and 784 pixels",
        right: 40 / 784,
        mistakes: [
          [4 / 7840, "M and N stand on opposite sides: β·M/N"],
          [313.6, "the other way up: β·M/N"],
        ],
      }),
    ];
  },
  async figure({ betaObjective }) {
    // Reconstruction over the KL as models of digits trade them: each further nat saves less.
    const kls = Array.from({ length: 41 }, (_, i) => i);
    const distortion = (kl: number): number => 70 + 136 * Math.exp(-kl / 9);
    return {
      kind: "lines",
      series: [1, 4, 10].map((weight) => ({
        name: `β = ${weight}`,
        values: kls.map((kl) => betaObjective(distortion(kl), kl, weight)),
      })),
      x: kls,
      axes: ["KL (nats per image)", "objective (nats per image)"],
      caption:
        "Your objective where the reconstruction costs 70 + 136·exp(−KL/9) nats, about as models of digits trade one for the other: the dearer the KL, the fewer nats at the lowest point.",
    };
  },
});
