/** Results that a few lines tell. */

import { formatDigits, plural } from "../../base/format.ts";
import type { ComparisonValue, ExportValue, VerifyValue } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function compareText({ value, paths }: Told): string {
  const { rows, verdict, words } = value as ComparisonValue;
  const said = words.flatMap(({ plain, exact }) => [plain, `  ${exact}`]);
  return [columns(rows), "", verdict, "", ...said, ...(said.length > 0 ? [""] : []), ...paths].join("\n");
}

export function exportText({ value, paths }: Told): string {
  const { loader } = value as ExportValue;
  return [...paths, ...(loader === undefined ? [] : ["", loader.trimEnd()])].join("\n");
}

export function presetsText({ value }: Told): string {
  type Preset = { readonly name: string; readonly summary: string; readonly source: string };
  return (value as readonly Preset[])
    .map(({ name, summary, source }) => `${name}\n  ${summary}\n  from ${source}`)
    .join("\n");
}

export function tensorboardText({ value }: Told): string {
  type Value = { path: string; scalars: number; histograms: number; images: number };
  const { path, scalars, histograms, images } = value as Value;
  return `${path}: ${plural(scalars, "scalar")}, ${plural(histograms, "histogram")}, ${plural(images, "picture")}`;
}

export function usageText({ value, paths }: Told): string {
  type Usage = { active: number; dimensions: readonly { meanVariance: number }[]; kl: number };
  const { active, dimensions, kl } = value as Usage;
  // Of one image nothing is known of that.
  const isKnown = dimensions.every(({ meanVariance }) => !Number.isNaN(meanVariance));
  const activity = `${active} of ${plural(dimensions.length, "latent")} ${active === 1 ? "is" : "are"} active; all`;
  const sentence = `${isKnown ? activity : plural(dimensions.length, "latent")} together carry ${formatDigits(kl)} nats/image.`;
  return [sentence, ...paths].join("\n");
}

export function verifyText({ value }: Told): string {
  const { files } = value as VerifyValue;
  const count = (...wanted: readonly string[]) =>
    files.filter(({ status }) => wanted.includes(status)).length;
  const [bad, lacking] = [count("damaged", "missing"), count("incomplete")];
  const of = plural(files.length, "file");
  const sum =
    bad > 0
      ? `damaged or missing: ${bad} of ${of}`
      : lacking > 0
        ? `nothing is damaged or missing; incomplete: ${lacking} of ${of}`
        : "everything is whole";
  return [columns(files.map(({ file, status, reason = "" }) => [status, file, reason])), sum].join("\n\n");
}
