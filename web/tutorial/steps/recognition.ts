import { input, type Tensor } from "../../../src/graph/index.ts";
import type { Context } from "../../../src/nn/index.ts";
import { compute, type Finding, floats, normals, prose, shaped, step } from "../step.ts";

type Recognition = (
  context: Context,
  images: Tensor,
  latents: number,
) => { mean: Tensor; logVariance: Tensor };

const BATCH = 3;
const LATENTS = 4;

const run = (recognition: Recognition, images: ArrayLike<number>, count: number) =>
  compute((context) => recognition(context, input("images", [count, 784]), LATENTS), {
    images: floats(images, [count, 784]),
  });

export const recognition = step<{ recognition: Recognition }>({
  slug: "recognition",
  title: "The recognition model",
  exports: ["recognition"],
  text: prose`
A variational autoencoder explains each image $x$ by a few numbers $z$ that nobody has seen, its latents. Which latents might have made this image? The recognition model (or encoder) answers with a distribution, not with one point: a Gaussian with a mean $\mu$ and a standard deviation $\sigma$ for each latent,

$$q(z\mid x)=\mathcal N\big(z;\ \mu(x),\ \operatorname{diag}\sigma^2(x)\big).$$

A network computes both from the pixels: a hidden layer with ReLU, then two linear layers side by side, one for $\mu$ and one for $\ln\sigma^2$.

Why the logarithm? A linear layer gives any number, and a variance has to be positive: $\ln\sigma^2$ may be any number, and $\sigma=\exp(\tfrac12\ln\sigma^2)$ is positive whatever it is. A step along the gradient then multiplies the variance instead of adding to it, so that $\sigma=0.01$ is reached, and left again, as smoothly as $\sigma=1$. And the objective needs $\ln\sigma^2$ itself.

Complete \`recognition\`. \`linear(context, name, x, size)\` is a fully connected layer whose weights the context keeps under that name.
`,
  check({ recognition }) {
    const findings: Finding[] = [];
    const images = Float32Array.from({ length: BATCH * 784 }, (_, i) => ((i * 7919) % 101) / 100);
    let seen: { mean: Tensor; logVariance: Tensor } | undefined;
    const values = compute(
      (context) => {
        seen = recognition(context, input("images", [BATCH, 784]), LATENTS);
        findings.push(shaped("mean", seen?.mean, [BATCH, LATENTS]));
        findings.push(shaped("logVariance", seen?.logVariance, [BATCH, LATENTS]));
        return findings.every(({ holds }) => holds) ? { mean: seen.mean, logVariance: seen.logVariance } : {};
      },
      { images: floats(images, [BATCH, 784]) },
    ) as { mean?: Float32Array; logVariance?: Float32Array };
    if (values.mean === undefined) return findings;
    findings.push(
      seen!.mean === seen!.logVariance
        ? { holds: false, says: "mean and logVariance are one tensor: each needs a layer of its own" }
        : { holds: true, says: "mean and logVariance have layers of their own" },
    );
    const many = run(recognition, normals(200 * 784, "recognition"), 200);
    const anyNegative = many.logVariance.some((value) => value < 0);
    findings.push(
      anyNegative
        ? { holds: true, says: "ln σ² can be negative: variances below 1 are possible" }
        : {
            holds: false,
            says: "logVariance is never negative: a ReLU, a softplus or an exp() on ln σ² keeps every variance at 1 or above; leave the layer linear",
          },
    );
    findings.push(
      isLinear(recognition)
        ? {
            holds: false,
            says: "the whole is a linear function of the pixels: without a ReLU between them two layers are one",
          }
        : { holds: true, says: "there is a hidden layer with a non-linearity" },
    );
    return findings;
  },
  async *figure({ recognition }, { digits }) {
    const { images } = await digits();
    const { mean, logVariance } = run(recognition, images.subarray(0, 784), 1);
    yield {
      kind: "bars",
      series: [
        { name: "μ", values: Array.from(mean) },
        { name: "σ", values: Array.from(logVariance, (value) => Math.exp(value / 2)) },
      ],
      labels: Array.from({ length: LATENTS }, (_, d) => ["z₀", "z₁", "z₂", "z₃"][d]!),
      unit: "",
      caption: "What your model says of the first digit, before any training: near N(0, 1) for every latent.",
    };
  },
});

/** Whether f(a + b) + f(0) = f(a) + f(b). */
function isLinear(recognition: Recognition): boolean {
  const [a, b] = [normals(784, "a"), normals(784, "b")];
  const stack = new Float32Array(4 * 784);
  stack.set(a, 0);
  stack.set(b, 784);
  stack.set(
    a.map((value, i) => value + b[i]!),
    2 * 784,
  );
  const { mean } = run(recognition, stack, 4);
  return Array.from({ length: LATENTS }, (_, d) => d).every((d) => {
    const of = (row: number): number => mean[row * LATENTS + d]!;
    return Math.abs(of(2) + of(3) - of(0) - of(1)) < 1e-4;
  });
}
