import { latentLabel } from "../../../src/base/format.ts";
import { input, interpret, type Tensor } from "../../../src/graph/index.ts";
import { floats, judge, prose, shaped, step } from "../step.ts";

type KlPerLatent = (mean: Tensor, logVariance: Tensor) => Tensor;

function run(
  klPerLatent: KlPerLatent,
  mean: ArrayLike<number>,
  logVariance: ArrayLike<number>,
  latents: number,
) {
  const shape = [mean.length / latents, latents];
  const kl = klPerLatent(input("mean", shape), input("logVariance", shape));
  return interpret({ kl }, { mean: floats(mean, shape), logVariance: floats(logVariance, shape) }).kl
    .data as Float32Array;
}

export const collapse = step<{ klPerLatent: KlPerLatent }>({
  slug: "collapse",
  title: "Which latents carry anything",
  exports: ["klPerLatent"],
  text: prose`
The KL is a sum over latents, so each has its own, averaged over images:

$$\operatorname{KL}_d=\frac1N\sum_n\tfrac12\big(\mu_{nd}^2+\sigma_{nd}^2-\ln\sigma_{nd}^2-1\big).$$

It bounds from above what the latent can say about the image: in nats, its mutual information with $x$ is at most $\operatorname{KL}_d$. A latent with $\operatorname{KL}_d$ near 0 has posteriors like the prior for every image: it says nothing, and the decoder has learned to ignore it. That is posterior collapse. For a single latent it is no fault: what a picture does not need costs nothing. When all collapse, the model has learned the average image.

Complete \`klPerLatent\`.
`,
  check({ klPerLatent }) {
    const built = klPerLatent(input("mean", [2, 3]), input("logVariance", [2, 3]));
    const shape = shaped("the result", built, [3]);
    if (!shape.holds) return [shape];
    // Latent 0 is silent, latent 1 has μ = ±2 at σ = 1, latent 2 has μ = 0 at σ² = 1/e².
    const kl = run(klPerLatent, [0, 2, 0, 0, -2, 0], [0, 0, -2, 0, 0, -2], 3);
    return [
      shape,
      judge(kl[0]!, { what: "the KL of a silent latent", right: 0, mistakes: [[0.5, "the − 1 is missing"]] }),
      judge(kl[1]!, {
        what: "the KL of a latent with μ = ±2, σ = 1",
        right: 2,
        mistakes: [
          [4, "that is a sum over the batch, or the ½ is missing"],
          [0, "the means were averaged before they were squared: square first"],
        ],
      }),
      judge(kl[2]!, {
        what: "the KL of a latent with μ = 0, ln σ² = −2",
        right: 0.5 * (Math.exp(-2) + 2 - 1),
        mistakes: [
          [0.5 * (Math.exp(-1) + 2 - 1), "that has σ where σ² belongs"],
          [0.5 * (Math.exp(-2) - 2 - 1), "the sign of ln σ²: it is subtracted"],
        ],
      }),
    ];
  },
  async *figure({ klPerLatent }, lab) {
    const [{ images }, model] = [await lab.digits(), await lab.model()];
    const { mean, logVariance } = await model.encode(images);
    const kl = Array.from(run(klPerLatent, mean, logVariance, model.latents));
    const order = kl.map((_, d) => d).sort((a, b) => kl[b]! - kl[a]!);
    yield {
      kind: "bars",
      series: [{ name: "KL", values: order.map((d) => kl[d]!) }],
      labels: order.map(latentLabel),
      unit: "nats per image",
      caption: "What each latent of the trained model carries, by your function, the most telling one first.",
    };
  },
});
