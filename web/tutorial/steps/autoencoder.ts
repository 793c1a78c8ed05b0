import { input, type Tensor } from "../../../src/graph/index.ts";
import type { Context } from "../../../src/nn/index.ts";
import { compute, type Finding, floats, normals, prose, shaped, sigmoidOf, step } from "../step.ts";

type Autoencoder = (
  context: Context,
  images: Tensor,
  noise: Tensor,
) => { logits: Tensor; mean: Tensor; logVariance: Tensor };

const LATENTS = 4;

const run = (autoencoder: Autoencoder, images: ArrayLike<number>, noise: ArrayLike<number>) => {
  const count = images.length / 784;
  return compute(
    (context) => autoencoder(context, input("images", [count, 784]), input("noise", [count, LATENTS])),
    { images: floats(images, [count, 784]), noise: floats(noise, [count, LATENTS]) },
  );
};

export const autoencoder = step<{ autoencoder: Autoencoder }>({
  slug: "autoencoder",
  title: "Everything together",
  exports: ["autoencoder"],
  text: prose`
Now the three parts in a row: recognition gives $\mu$ and $\ln\sigma^2$, the draw turns them into a $z$, and generation turns the $z$ into logits:

$$x\ \to\ (\mu,\ln\sigma^2)\ \to\ z=\mu+\sigma\odot\varepsilon\ \to\ \ell .$$

The functions of the earlier steps are imported: yours where you have completed them, else ours. The objective needs the logits and both parameters of the posterior, so all three are returned. Complete \`autoencoder\`.
`,
  check({ autoencoder }) {
    const findings: Finding[] = [];
    const images = Float32Array.from({ length: 2 * 784 }, (_, i) => ((i * 31) % 17) / 16);
    compute((context) => {
      const seen = autoencoder(context, input("images", [2, 784]), input("noise", [2, LATENTS]));
      findings.push(shaped("logits", seen?.logits, [2, 784]));
      findings.push(shaped("mean", seen?.mean, [2, LATENTS]));
      findings.push(shaped("logVariance", seen?.logVariance, [2, LATENTS]));
      return {};
    }, {});
    if (findings.some(({ holds }) => !holds)) return findings;
    const still = run(autoencoder, images, new Float32Array(2 * LATENTS));
    const moved = run(autoencoder, images, normals(2 * LATENTS, "whole"));
    const differs = (a: Float32Array, b: Float32Array): boolean =>
      a.some((value, i) => Math.abs(value - b[i]!) > 1e-6);
    findings.push(
      differs(still.logits, moved.logits)
        ? { holds: true, says: "different noise gives a different image: z is drawn" }
        : { holds: false, says: "the noise changes nothing: the decoder is given the mean, not a draw" },
      differs(still.mean, moved.mean)
        ? { holds: false, says: "the mean depends on the noise: return that of the recognition model, not z" }
        : { holds: true, says: "the posterior depends on the image alone" },
    );
    return findings;
  },
  async *figure({ autoencoder }, { digits }) {
    const { images } = await digits();
    const count = 6;
    const shown = images.subarray(0, count * 784);
    const { logits } = run(autoencoder, shown, normals(count * LATENTS, "figure"));
    const pixels = new Float32Array(2 * count * 784);
    pixels.set(shown, 0);
    pixels.set(sigmoidOf(logits), count * 784);
    yield {
      kind: "pictures",
      width: 28,
      height: 28,
      columns: count,
      pixels,
      caption:
        "Six digits, and under them what your autoencoder makes of them before it has learned anything.",
    };
  },
});
