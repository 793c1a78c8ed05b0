/** Data sets as text: what there is, what is in one, what was fetched or made. */

import { formatBytes } from "../../base/format.ts";
import type { FetchResult, Inspection, MadeDataset, SourceListing } from "../../data/node.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function listText({ value }: Told): string {
  return columns(
    (value as readonly SourceListing[]).map(({ name, summary, place, available, obtain }) => [
      name,
      summary,
      place ?? (available ? "built in" : `not found: ${obtain}`),
    ]),
  );
}

export function inspectText({ value }: Told): string {
  const found = value as Inspection;
  const { train, heldOut, pixels, factors, labels } = found;
  const perChannel = (values: readonly number[]) => values.map((one) => one.toFixed(4)).join(", ");
  return columns([
    ["name", found.name],
    ["images", `${train.count} to train on, ${heldOut.count} held out`],
    ["shape", `${found.height} × ${found.width} × ${found.channels} (height × width × channel)`],
    [
      "pixels",
      `mean ${perChannel(pixels.mean)}, deviation ${perChannel(pixels.standardDeviation)} in [0, 1]`,
    ],
    ["kind", `${pixels.binary ? "binary" : "not binary"}, ${pixels.grey ? "grey" : "in colour"}`],
    ...(labels ?? []).map((label, i) => [
      i === 0 ? "labels" : "",
      `${label}: ${train.labelCounts?.[i] ?? 0} and ${heldOut.labelCounts?.[i] ?? 0}`,
    ]),
    ...(factors?.factors ?? []).map(({ name, kind, levels, range: [low, high] }, i) => [
      i === 0 ? `factors${factors?.complete ? " (complete grid)" : ""}` : "",
      `${name}: ${kind}, ${levels} ${kind === "continuous" ? "values" : "levels"} from ${low} to ${high}`,
    ]),
    ...(found.cache ? [["cache", `${found.cache.path} (${formatBytes(found.cache.bytes)})`]] : []),
    ["fingerprint", found.fingerprint],
    ...found.notes.map((note, i) => [i === 0 ? "notes" : "", note]),
  ]);
}

export function fetchText({ value }: Told): string {
  const { files } = value as FetchResult;
  return columns(files.map(({ path, bytes, state }) => [path, formatBytes(bytes), state]));
}

export function makeText({ value }: Told): string {
  const { path, shape } = value as MadeDataset;
  return `${path}  [${shape.join(", ")}]`;
}
