/** `explain`: what a word or a unit means. */

import { z } from "zod";
import { explain, glossary, glossaryEntry } from "../metrics/index.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";

const value = z.array(
  z.object({
    title: z.string().describe("part of the glossary"),
    entries: z.array(glossaryEntry).readonly().describe("its words"),
  }),
);

export type Explained = z.output<typeof value>;

export const explainJob = defineJob({
  name: "explain",
  summary: "what a word or a unit means; without one, the whole glossary",
  example: "betalab explain kl",
  takes: "nothing",
  options: z.strictObject({
    word: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "a word, such as kl", positional: true }),
  }),
  value,
  run: ({ signal }, { word }) =>
    telling(signal, async () => {
      if (word.length === 0) return { value: [...glossary] };
      const found = explain(word.join(" "));
      const { title } = glossary.find(({ entries }) => entries.includes(found))!;
      return { value: [{ title, entries: [found] }] };
    }),
});
