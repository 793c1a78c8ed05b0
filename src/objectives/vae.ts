/** The evidence lower bound itself (Kingma & Welling 2014): reconstruction plus KL. */

import { z } from "zod";
import { add } from "../graph/index.ts";
import { objective } from "./objective.ts";

export const vae = objective({
  name: "vae",
  summary: "−ELBO: reconstruction + KL (Kingma & Welling 2014)",
  options: z.strictObject({}),
  create: () => ({
    perImage: true,
    scalars: {},
    beta: 1,
    loss: ({ reconstruction, kl }) => ({ loss: add(reconstruction, kl) }),
  }),
});
