/** A word in two lines; the glossary, a line each. */
import type { Explained } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function explainText({ value }: Told): string {
  const parts = value as Explained;
  const [only, ...others] = parts.flatMap(({ entries }) => entries);
  if (only !== undefined && others.length === 0) {
    const { term, also = [], unit, plain, exact, see = [] } = only;
    return [
      [term, ...also].join(", "),
      plain,
      "",
      exact,
      ...(unit === undefined ? [] : [`unit: ${unit}`]),
      ...(see.length === 0 ? [] : [`see: ${see.join(", ")}`]),
    ].join("\n");
  }
  return parts
    .map(({ title, entries }) => `${title}\n\n${columns(entries.map(({ term, plain }) => [term, plain]))}`)
    .join("\n\n");
}
