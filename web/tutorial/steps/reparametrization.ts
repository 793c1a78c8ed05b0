import { input, type Tensor } from "../../../src/graph/index.ts";
import { compute, floats, judge, normals, prose, shaped, step } from "../step.ts";

type Draw = (mean: Tensor, logVariance: Tensor, noise: Tensor) => Tensor;

const run = (
  draw: Draw,
  values: Record<"mean" | "logVariance" | "noise", ArrayLike<number>>,
  latents: number,
) => {
  const shape = [values.mean.length / latents, latents];
  const names = ["mean", "logVariance", "noise"] as const;
  return compute(
    () => ({ z: draw(...(names.map((name) => input(name, shape)) as [Tensor, Tensor, Tensor])) }),
    Object.fromEntries(names.map((name) => [name, floats(values[name], shape)])),
  ).z;
};

export const reparametrization = step<{ draw: Draw }>({
  slug: "reparametrization",
  title: "A draw that can be differentiated",
  exports: ["draw"],
  text: prose`
Training needs a $z$ drawn from $q(z\mid x)$, and gradients that pass through the draw back into $\mu$ and $\sigma$. A random number generator has no gradient. The reparameterisation trick (Kingma & Welling 2014, §2.4) moves the randomness aside: draw $\varepsilon$ from $\mathcal N(0, I)$, which depends on nothing, and compute

$$z=\mu+\sigma\odot\varepsilon .$$

For a given $\varepsilon$ that is a smooth function: $\partial z/\partial\mu=1$ and $\partial z/\partial\sigma=\varepsilon$.

Is one draw for each image enough? The distribution of $\varepsilon$ depends on no weight, so the gradient of the average is the average of gradients, $\nabla\,\mathbb E_\varepsilon[f]=\mathbb E_\varepsilon[\nabla f]$: one draw gives a noisy gradient that is right on average. A batch of 100 images averages 100 such draws, and with that many Kingma and Welling found one for each image to be enough.

The network gives $\ln\sigma^2$, so $\sigma$ has to be computed first. Complete \`draw\`.
`,
  check({ draw }) {
    const z = draw(input("mean", [2, 3]), input("logVariance", [2, 3]), input("noise", [2, 3]));
    const shape = shaped("z", z, [2, 3]);
    if (!shape.holds) return [shape];
    // μ = 1, σ² = 4, ε = 0.75.
    const [value] = run(draw, { mean: [1], logVariance: [Math.log(4)], noise: [0.75] }, 1);
    return [
      shape,
      judge(value!, {
        what: "z at μ = 1, σ² = 4, ε = 0.75",
        right: 2.5,
        mistakes: [
          [4, "that is μ + σ²·ε; exp(ln σ²) is the variance, its root is exp(½ ln σ²)"],
          [1 + 0.75 * Math.log(4), "that is μ + ln σ²·ε; σ is exp(½ ln σ²)"],
          [1, "the noise has no part in it"],
          [1.75, "that is μ + ε; the noise has to be as wide as σ"],
          [3, "that is μ + σ; it has to be multiplied by ε"],
          [-0.5, "that is μ − σ·ε: the same distribution, but not the formula; use a plus"],
          [1.375, "that is μ + ε/σ: the sign in the exponent is wrong"],
        ],
      }),
      judge(run(draw, { mean: [-1], logVariance: [0], noise: [2] }, 1)[0]!, {
        what: "z at μ = −1, σ² = 1, ε = 2",
        right: 1,
        mistakes: [[2, "μ is missing"]],
      }),
    ];
  },
  async *figure({ draw }) {
    const count = 400;
    const pairs = (a: number, b: number): Float32Array =>
      Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? b : a));
    const z = run(
      draw,
      {
        mean: pairs(1, -0.5),
        logVariance: pairs(Math.log(0.64), Math.log(0.04)),
        noise: normals(2 * count, "draws"),
      },
      2,
    );
    yield {
      kind: "points",
      x: Array.from({ length: count }, (_, i) => z[2 * i]!),
      y: Array.from({ length: count }, (_, i) => z[2 * i + 1]!),
      axes: ["z₀", "z₁"],
      caption: "400 of your draws with μ = (1, −0.5) and σ = (0.8, 0.2): a flat cloud around that point.",
    };
  },
});
