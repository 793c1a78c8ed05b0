/** The files of an exported model, and what loads it into PyTorch. */

import type { ExportValue } from "../../jobs/index.ts";
import type { Told } from "./told.ts";

export function exportText({ value, paths }: Told): string {
  const { loader } = value as ExportValue;
  return [...paths, ...(loader === undefined ? [] : ["", loader.trimEnd()])].join("\n");
}
