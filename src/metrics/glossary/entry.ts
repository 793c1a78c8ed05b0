/** What a glossary says of a word: a line for somebody who meets it first, and a line for somebody who measures with it. */

import { z } from "zod";

export const entry = z.object({
  /** "KL", "active units". */
  term: z.string().describe("as it is shown"),
  /** Under which it is shown or asked for. */
  also: z.array(z.string()).readonly().optional().describe("other forms of it"),
  unit: z.string().optional().describe("what its numbers count"),
  /** One sentence without a formula. */
  plain: z.string().describe("for somebody who meets it first"),
  /** Formula, source, range, what to beware of. */
  exact: z.string().describe("for somebody who measures with it"),
  see: z.array(z.string()).readonly().optional().describe("other terms"),
});

export type Entry = Readonly<z.output<typeof entry>>;
