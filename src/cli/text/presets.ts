/** The named configs, each with the paper or seed that its settings come from. */
import type { Told } from "./told.ts";

export function presetsText({ value }: Told): string {
  type Preset = { readonly name: string; readonly summary: string; readonly source: string };
  return (value as readonly Preset[])
    .map(({ name, summary, source }) => `${name}\n  ${summary}\n  from ${source}`)
    .join("\n");
}
