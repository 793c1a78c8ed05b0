import { formatShort } from "../../../src/base/format.ts";
import { type Finding, normals, prose, step } from "../step.ts";

type PriorDraws = (count: number, latents: number, normal: () => number) => Float32Array;

/** Draws in turn from a list. */
function feed(values: ArrayLike<number>): () => number {
  let at = 0;
  return () => values[at++ % values.length]!;
}

export const samples = step<{ priorDraws: PriorDraws }>({
  slug: "samples",
  title: "New images",
  exports: ["priorDraws"],
  text: prose`
The model says how images come about: first latents from the prior $p(z)=\mathcal N(0,I)$, then pixels from $p(x\mid z)$. So a new image needs no encoder, only noise of the right kind. This is what the KL was paid for: it kept the posteriors close to the prior, so that a draw from the prior lands where the decoder has learned something. Shown is each pixel’s probability of being white, not a draw of black or white.

Complete \`priorDraws\`. \`normal()\` gives a number from $\mathcal N(0,1)$ at every call.
`,
  check({ priorDraws }) {
    const drawn = priorDraws(500, 4, feed(normals(5000, "prior")));
    if (!(drawn instanceof Float32Array) || drawn.length !== 2000) {
      const what = drawn instanceof Float32Array ? `${drawn.length} numbers` : String(drawn);
      return [
        { holds: false, says: `500 draws of 4 latents are a Float32Array of 2000 numbers, not ${what}` },
      ];
    }
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
    const same = drawn.slice(4).every((value, i) => value === drawn[i % 4]);
    const findings: Finding[] = [
      same
        ? { holds: false, says: "all draws are the same one: call normal() for every number" }
        : { holds: true, says: "every draw is different" },
      Math.abs(mean) < 0.1
        ? { holds: true, says: `their mean is ${formatShort(mean)}, near 0` }
        : {
            holds: false,
            says: `their mean is ${formatShort(mean)} and should be near 0: is it Math.random(), which lies between 0 and 1?`,
          },
      Math.abs(variance - 1) < 0.15
        ? { holds: true, says: `their variance is ${formatShort(variance)}, near 1` }
        : {
            holds: false,
            says: `their variance is ${formatShort(variance)} and should be near 1: the prior is N(0, 1), no wider and no narrower`,
          },
    ];
    return findings;
  },
  async *figure({ priorDraws }, lab) {
    const model = await lab.model();
    yield {
      kind: "pictures",
      width: 28,
      height: 28,
      columns: 8,
      pixels: await model.decode(priorDraws(24, model.latents, feed(normals(24 * model.latents, "samples")))),
      caption: "Your draws through a trained decoder: digits, and what lies between digits.",
    };
  },
});
