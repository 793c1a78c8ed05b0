/** A finding in words, as whoever judges gives it: a line for somebody who learns, and the numbers for somebody who measures. */

import { z } from "zod";

export const said = z.object({
  name: z.string().describe("of the rule, stable: for scripts"),
  plain: z.string().describe("for somebody who learns"),
  exact: z.string().describe("the numbers behind it"),
});

export type Said = Readonly<z.output<typeof said>>;
