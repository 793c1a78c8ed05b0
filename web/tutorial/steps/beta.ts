import { input, type Tensor } from "../../../src/graph/index.ts";
import {
  besideEachOther,
  costs,
  EPOCHS,
  klOfEach,
  progressOf,
  reconstructed,
  sampled,
} from "../comparison.ts";
import { judge, prose, type Recipe, scalarOf, shaped, step } from "../step.ts";

interface Betas {
  readonly [name: string]: (...args: never[]) => unknown;
  readonly betaObjective: (reconstruction: Tensor, kl: Tensor, beta: number) => Tensor;
  readonly normalizedBeta: (beta: number, latents: number, pixels: number) => number;
}

export const beta = step<Betas>({
  slug: "beta",
  title: "β = 10 and β = 1",
  exports: ["betaObjective", "normalizedBeta"],
  text: prose`
A β-VAE (Higgins et al. 2017) minimises

$$\text{reconstruction}+\beta\cdot\operatorname{KL}.$$

At β = 1 a nat through the latents is worth it as soon as it saves a nat of pixels. At β = 10 it has to save ten: only what many pixels agree about is still worth saying, such as whether a digit is round or straight and how it leans. The pictures become blurred, fewer latents are in use, and those that stay tend to mean one thing each. The −ELBO is worse by construction, because it is measured at β = 1: it tells which model describes images at less cost, not which has the better latents.

What β means depends on how many pixels stand against how many latents. $\beta_{\text{norm}}=\beta M/N$ for $M$ latents and $N$ values of an image (pixels times channels) can be compared between data sets. Much published code averages the reconstruction over pixels instead of summing: that is a β of $N$ times the one that is written there.

Complete both functions. Then your objective trains two small models in this page, one at β = 1 and one at β = 10. They begin with the same weights and see the same digits and the same noise; only β differs.
`,
  check({ betaObjective, normalizedBeta }) {
    const built = shaped("the objective", betaObjective(input("reconstruction", []), input("kl", []), 2), []);
    if (!built.holds) return [built];
    const at = (reconstruction: number, kl: number, weight: number): number =>
      scalarOf((one, other) => betaObjective(one!, other!, weight), reconstruction, kl);
    return [
      built,
      judge(at(80, 25, 1), {
        what: "the objective of 80 + 25 nats at β = 1",
        right: 105,
        mistakes: [],
      }),
      judge(at(80, 25, 10), {
        what: "the objective of 80 + 25 nats at β = 10",
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
  async *figure({ betaObjective }, lab) {
    const at = (weight: number): Recipe => ({
      latents: 10,
      epochs: EPOCHS,
      scalars: {},
      loss: ({ reconstruction, kl }) => betaObjective(reconstruction, kl, weight),
    });
    for await (const models of besideEachOther(lab, { "β = 1": at(1), "β = 10": at(10) })) {
      yield {
        kind: "group",
        parts: [await reconstructed(lab, models), await sampled(models), costs(models), klOfEach(models)],
        caption: `${progressOf(models)} What a dearer nat changes: blurred pictures, a small KL in few latents.`,
      };
    }
  },
});
