/** What the settings of a sweep come to: a measure over its first key, a line for each of the others' settings. */

import { shortKeys } from "../../src/config/index.ts";
import { type ShownRow, shownSetting } from "./table.ts";

export interface Level {
  readonly name: string;
  /** Of all places along the axis. */
  readonly labels: readonly string[];
  /** `x` counts places from 0. */
  readonly points: readonly {
    readonly x: number;
    readonly label: string;
    readonly mean: number;
    readonly count: number;
  }[];
}

/** Means over seeds. Numbers along the axis stand in their order, all else as it comes. */
export function levelsOf(rows: readonly ShownRow[], keys: readonly string[], measure: string): Level[] {
  const [axis, ...others] = keys.filter((key) => key !== "seed");
  if (axis === undefined) return [];
  const short = shortKeys(others);
  const places = [...new Set(rows.map(({ settings }) => JSON.stringify(settings[axis])))]
    .filter((text) => text !== undefined)
    .map((text) => JSON.parse(text) as unknown);
  if (places.every((value) => typeof value === "number"))
    places.sort((a, b) => (a as number) - (b as number));
  const labels = places.map(shownSetting);
  const lines = new Map<string, number[][]>();
  for (const { settings, numbers } of rows) {
    const value = numbers[measure];
    const place = places.findIndex((one) => JSON.stringify(one) === JSON.stringify(settings[axis]));
    if (value === undefined || place === -1) continue;
    const name =
      others.map((key) => `${short.get(key)} ${shownSetting(settings[key] ?? "–")}`).join(", ") || "mean";
    const line = lines.get(name) ?? places.map(() => []);
    line[place]!.push(value);
    lines.set(name, line);
  }
  return [...lines].map(([name, line]) => ({
    name,
    labels,
    points: line.flatMap((values, x) =>
      values.length === 0
        ? []
        : [
            {
              x,
              label: labels[x]!,
              mean: values.reduce((sum, one) => sum + one, 0) / values.length,
              count: values.length,
            },
          ],
    ),
  }));
}
