/** A comparison as a table and its verdict. */
import type { ComparisonValue } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function compareText({ value, paths }: Told): string {
  const { rows, verdict, words } = value as ComparisonValue;
  const said = words.flatMap(({ plain, exact }) => [plain, `  ${exact}`]);
  return [columns(rows), "", verdict, "", ...said, ...(said.length > 0 ? [""] : []), ...paths].join("\n");
}
