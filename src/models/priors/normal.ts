/** The standard normal prior (Kingma & Welling 2014), of which the KL is known in closed form. */

import { z } from "zod";
import { prior } from "./prior.ts";

export const normal = prior({
  name: "normal",
  summary: "N(0, I), the usual one",
  options: z.strictObject({}),
  create: () => ({}),
});
