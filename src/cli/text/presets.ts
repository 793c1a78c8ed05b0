/** The named configs, a line each. */
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function presetsText({ value }: Told): string {
  const presets = value as readonly { readonly name: string; readonly summary: string }[];
  return columns(presets.map(({ name, summary }) => [name, summary]));
}
