/** What was found of each file, and whether all can be relied on. */
import { plural } from "../../base/format.ts";
import type { VerifyValue } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function verifyText({ value }: Told): string {
  const { files } = value as VerifyValue;
  const bad = files.filter(({ status }) => status === "damaged" || status === "missing").length;
  return [
    columns(files.map(({ file, status, reason = "" }) => [status, file, reason])),
    bad === 0 ? "everything is whole" : `damaged or missing: ${bad} of ${plural(files.length, "file")}`,
  ].join("\n\n");
}
