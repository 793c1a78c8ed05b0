import { latentLabel } from "../../../src/base/format.ts";
import { type Finding, normals, prose, step } from "../step.ts";

type Widest = (means: Float32Array, latents: number) => [number, number];

export const map = step<{ widest: Widest }>({
  slug: "map",
  title: "A map of the latents",
  exports: ["widest"],
  text: prose`
Where do the images lie? Each has a posterior mean; two of its coordinates place it as a point, and its label gives the colour. With more than two latents one has to choose. Those whose means hardly vary from image to image say nothing; take the two that vary most,

$$\operatorname{Var}_x[\mu_d]=\frac1N\sum_{n}\big(\mu_d(x_n)-\overline{\mu_d}\big)^2 ,$$

with $\overline{\mu_d}$ for their mean over the images. This variance also tells which latents are in use: a latent with less than 0.01 does not count as active (Burda et al. 2016). For a map of all latents at once there are projections: \`betalab embed\` has PCA, t-SNE and UMAP.

Complete \`widest\`.
`,
  check({ widest }) {
    const count = 200;
    const spread = [0.5, 2, 0.1, 1];
    const shift = [50, 0, -20, 3];
    const noise = normals(count * 4, "map");
    const means = noise.map((value, i) => spread[i % 4]! * value + shift[i % 4]!);
    const found = widest(means, 4);
    const [first, second] = Array.isArray(found) ? found : [];
    const is = (a: number, b: number): boolean => first === a && second === b;
    const findings: Finding[] = [
      is(1, 3)
        ? { holds: true, says: "of the four latents of this check z₁ and z₃ vary most, in this order" }
        : {
            holds: false,
            says: is(0, 2)
              ? "these lie farthest from 0, but hardly vary: subtract the mean before squaring"
              : is(3, 1)
                ? "the right two, in the wrong order: the larger variance first"
                : is(2, 0)
                  ? "these vary least"
                  : is(0, 1)
                    ? "these are the first two, not those that vary most"
                    : `expected 1 and 3, which have the largest variance, not ${String(found)}`,
          },
    ];
    return findings;
  },
  async *figure({ widest }, lab) {
    const [{ images, labels }, model] = [await lab.digits(), await lab.model()];
    const { mean } = await model.encode(images);
    const [across, up] = widest(mean, model.latents);
    const column = (d: number): number[] => labels.map((_, i) => mean[i * model.latents + d]!);
    yield {
      kind: "points",
      x: column(across),
      y: column(up),
      classes: labels,
      axes: [latentLabel(across), latentLabel(up)],
      caption: `Posterior means of ${labels.length} digits, by the two latents that your function chose.`,
    };
  },
});
