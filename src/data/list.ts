/** `betalab data list`: every source, and where its data was found or how to get it. Pure but for what sources do. */

import { z } from "zod";
import type { DataContext } from "./context.ts";
import type { Source } from "./source.ts";

export const sourceListing = z.object({
  name: z.string().describe("of the source, as `data.source` takes it"),
  summary: z.string().describe("what it is, in a line"),
  available: z.boolean().describe("its files are there, so that it can probably be opened"),
  place: z.string().optional().describe("where the data was found; absent for sets that are drawn here"),
  obtain: z.string().optional().describe("how to get it, when it is not available"),
  fetchable: z.boolean().describe("`data fetch` knows it"),
});

export type SourceListing = z.output<typeof sourceListing>;

/** Looks for the data of every source; opens none of it. */
export function listSources(context: DataContext, sources: readonly Source[]): SourceListing[] {
  return sources.map((source) => {
    const { name, summary, obtain } = source;
    const shared = { name, summary, fetchable: source.download !== undefined };
    if (!source.locate) return { ...shared, available: true };
    let place: string | undefined;
    try {
      place = source.locate(context);
    } catch {
      // A folder that makes one source complain must not hide the others.
    }
    if (place !== undefined) return { ...shared, available: true, place };
    return { ...shared, available: false, ...(obtain !== undefined && { obtain }) };
  });
}
