import { input, type Tensor } from "../../../src/graph/index.ts";
import type { Context } from "../../../src/nn/index.ts";
import { compute, type Finding, floats, normals, prose, shaped, sigmoidOf, step } from "../step.ts";

type Generation = (context: Context, latents: Tensor) => Tensor;

const LATENTS = 4;

const run = (generation: Generation, latents: ArrayLike<number>, count: number) =>
  compute((context) => ({ logits: generation(context, input("latents", [count, LATENTS])) }), {
    latents: floats(latents, [count, LATENTS]),
  }).logits;

export const generation = step<{ generation: Generation }>({
  slug: "generation",
  title: "The generation model",
  exports: ["generation"],
  text: prose`
The other way round: given latents, what image? The generation model (or decoder) answers with a distribution too. For black and white pixels it is a Bernoulli for each, so the network has to give one probability per pixel,

$$p(x\mid z)=\prod_{i=1}^{784} p_i^{x_i}(1-p_i)^{1-x_i},\qquad p_i=\frac1{1+e^{-\ell_i}} .$$

Let the last layer be linear and give the logits $\ell_i=\ln\frac{p_i}{1-p_i}$. The sigmoid belongs to the objective: there $\ln p_i$ can be computed from $\ell_i$ without rounding $p_i$ to 0 or 1 first, where the logarithm would be infinite.

Complete \`generation\`: a hidden layer with ReLU, then one output per pixel.
`,
  check({ generation }) {
    const findings: Finding[] = [];
    const logits = (() => {
      let built: unknown;
      const out = compute(
        (context) => {
          built = generation(context, input("latents", [5, LATENTS]));
          findings.push(shaped("the result", built, [5, 784]));
          return findings[0]!.holds ? { logits: built as Tensor } : ({} as { logits: Tensor });
        },
        { latents: floats(normals(5 * LATENTS, "generation"), [5, LATENTS]) },
      );
      return out.logits as Float32Array | undefined;
    })();
    if (logits === undefined) return findings;
    const wide = run(
      generation,
      normals(50 * LATENTS, "wide").map((value) => 30 * value),
      50,
    );
    findings.push(
      wide.every((value) => value >= 0 && value <= 1)
        ? {
            holds: false,
            says: "all values lie between 0 and 1: leave the sigmoid out, the objective takes logits",
          }
        : wide.every((value) => value >= 0)
          ? {
              holds: false,
              says: "no value is negative: a ReLU on the last layer makes every pixel at least half white",
            }
          : { holds: true, says: "the last layer is linear: logits of either sign" },
    );
    const [first, second] = [run(generation, new Float32Array(LATENTS), 1), run(generation, [1, 1, 1, 1], 1)];
    findings.push(
      first.some((value, i) => Math.abs(value - second[i]!) > 1e-6)
        ? { holds: true, says: "the image depends on the latents" }
        : { holds: false, says: "the image is the same whatever the latents are" },
    );
    return findings;
  },
  async *figure({ generation }) {
    const count = 8;
    yield {
      kind: "pictures",
      width: 28,
      height: 28,
      columns: count,
      pixels: sigmoidOf(run(generation, normals(count * LATENTS, "prior"), count)),
      caption: "Eight draws from the prior through your untrained decoder: grey, every pixel near one half.",
    };
  },
});
