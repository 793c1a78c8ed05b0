/**
 * VampPrior (Tomczak & Welling 2018): the mean of the posteriors of pseudo-inputs, pictures that are
 * learned with the rest. They begin as the first batch's images with noise, in turn, and are held to [0, 1] as the
 * authors' hard tanh does.
 */

import { z } from "zod";
import {
  add,
  concatenate,
  constant,
  maximum,
  minimum,
  reshape,
  slice,
  staticShape,
  type Tensor,
} from "../../graph/index.ts";
import { uniform } from "../../nn/index.ts";
import { prior } from "./prior.ts";

const NAME = "prior.pseudo_inputs";
const NOISE = 0.05;

export const vamp = prior({
  name: "vamp",
  summary: "the mean of the posteriors of learned pseudo-inputs (VampPrior, Tomczak & Welling 2018)",
  options: z.strictObject({
    components: z.int().min(1).max(10_000).default(500).describe("pseudo-inputs"),
  }),
  create: ({ components }) => ({
    mixture({ context, image: { height, width, channels }, images, encode }) {
      const shape = [components, channels, height, width];
      const pictures = context.within("prior", () => context.parameter(NAME, shape, uniform(-NOISE, NOISE)));
      if (images !== undefined) context.startAt(NAME, add(pictures, inTurn(images, components)));
      return {
        logWeights: constant(-Math.log(components), [components]),
        ...encode(minimum(maximum(pictures, constant(0)), constant(1))),
      };
    },
  }),
});

/** `count` rows: all of `x`, then all again, …. */
function inTurn(x: Tensor, count: number): Tensor {
  const [batch] = staticShape("vamp", x.shape) as [number];
  const whole = Array.from({ length: Math.floor(count / batch) }, () => x);
  const rest = count % batch;
  const rows = concatenate(rest === 0 ? whole : [...whole, slice(x, 0, 0, rest)], 0);
  return reshape(rows, [count, ...x.shape.slice(1)]);
}
