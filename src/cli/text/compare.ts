/** A comparison as a table and its verdict. */
import type { ComparisonValue } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function compareText({ value, paths }: Told): string {
  const { rows, verdict } = value as ComparisonValue;
  return [columns(rows), "", verdict, "", ...paths].join("\n");
}
