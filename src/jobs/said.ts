/** A finding in words, as the jobs that judge give it. */

import { z } from "zod";

export const said = z.object({
  name: z.string().describe("of the rule, stable: for scripts"),
  plain: z.string().describe("for somebody who learns"),
  exact: z.string().describe("the numbers behind it"),
});
