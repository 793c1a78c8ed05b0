import { type Finding, prose, step } from "../step.ts";

type Transition = (from: Float32Array, to: Float32Array, steps: number) => Float32Array;

export const transition = step<{ transition: Transition }>({
  slug: "transition",
  title: "From one image to another",
  exports: ["transition"],
  text: prose`
Two images, their posterior means $a$ and $b$, and the straight line between them,

$$z(t)=(1-t)\,a+t\,b,\qquad t=0,\ \tfrac1{n-1},\ \dots,\ 1 .$$

Decoded, it is a film in which one becomes the other. Between pixels the same line would only fade one picture into the other; between latents the strokes move.

Complete \`transition\`: both ends are part of it, so the $n$ images have $n-1$ gaps.
`,
  check({ transition }) {
    const path = transition(Float32Array.of(0, 10), Float32Array.of(4, -10), 5);
    if (!(path instanceof Float32Array) || path.length !== 10) {
      const what = path instanceof Float32Array ? `${path.length} numbers` : String(path);
      return [{ holds: false, says: `5 steps of 2 latents are a Float32Array of 10 numbers, not ${what}` }];
    }
    const at = (step: number, d: number): number => path[2 * step + d]!;
    const close = (value: number, right: number): boolean => Math.abs(value - right) < 1e-5;
    const findings: Finding[] = [
      close(at(0, 0), 0) && close(at(0, 1), 10)
        ? { holds: true, says: "it begins at the first image" }
        : {
            holds: false,
            says: close(at(0, 0), 4)
              ? "it begins at the second image: t runs the other way"
              : "it does not begin at the first image",
          },
      close(at(4, 0), 4) && close(at(4, 1), -10)
        ? { holds: true, says: "it ends at the second image" }
        : {
            holds: false,
            says: close(at(4, 0), 3.2)
              ? "the last step is short of the second image: divide by steps − 1, the number of gaps"
              : "it does not end at the second image",
          },
      close(at(2, 0), 2) && close(at(2, 1), 0)
        ? { holds: true, says: "it passes through the middle" }
        : { holds: false, says: "the third of five is not in the middle: t has to grow evenly" },
    ];
    return findings;
  },
  async *figure({ transition }, lab) {
    const [{ images, labels }, model] = [await lab.digits(), await lab.model()];
    const first = 0;
    const second = labels.findIndex((label) => label !== labels[first]);
    const { mean } = await model.encode(images);
    const latent = (i: number): Float32Array => mean.slice(i * model.latents, (i + 1) * model.latents);
    yield {
      kind: "pictures",
      width: 28,
      height: 28,
      columns: 10,
      pixels: await model.decode(transition(latent(first), latent(second), 10)),
      caption: `From the digit ${labels[first]} to the digit ${labels[second]}: ten images along your path.`,
    };
  },
});
