/** An objective that is not shipped, as a user would bring it: in code, and as the text of a module. */
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { add, constant, multiply } from "../../src/graph/index.ts";
import { objective } from "../../src/objectives/index.ts";

/** @param weight what the KL is weighed with by default */
export const ownObjective = (weight = 2) =>
  objective({
    name: "mine",
    summary: "reconstruction + weight·KL",
    options: z.strictObject({
      weight: z.number().nonnegative().default(weight).describe("of the KL, in nats per nat"),
    }),
    create: ({ weight }) => ({
      scalars: {},
      loss: ({ reconstruction, kl }) => ({
        loss: add(reconstruction, multiply(kl, constant(weight))),
      }),
    }),
  });

const zod = pathToFileURL(new URL("../../node_modules/zod/index.js", import.meta.url).pathname).href;

/** A `betalab.config.js` that brings an objective "mine"; `more` are further keys of its default export. */
export function extensionModule(more = ""): string {
  return `import { z } from "${zod}";
const mine = {
  name: "mine",
  summary: "the reconstruction alone",
  options: z.strictObject({ weight: z.number().default(3).describe("nothing") }),
  create: () => ({ scalars: {}, loss: ({ reconstruction }) => ({ loss: reconstruction }) }),
};
export default { objectives: [mine], ${more} };
`;
}
