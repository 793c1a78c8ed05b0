/** What a run has logged, as curves and as latents over time. */

import { latentLabel } from "../../src/base/format.ts";
import type { MetricRecord } from "../../src/runs/web.ts";

type Split = "train" | "heldOut";

export interface Course {
  readonly term: string;
  readonly split: Split;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Records carry these beside their terms. */
const notTerms = new Set(["step", "epoch", "images", "split", "crc32"]);

const splitOf = ({ split }: MetricRecord): Split => (split === "heldOut" ? "heldOut" : "train");

/** Every number that was logged, by term and split, in the order in which the terms came. */
export function coursesOf(records: readonly MetricRecord[]): Course[] {
  const found = new Map<string, { term: string; split: Split; x: number[]; y: (number | null)[] }>();
  for (const record of records) {
    const split = splitOf(record);
    for (const [term, value] of Object.entries(record)) {
      if (typeof value !== "number" || notTerms.has(term)) continue;
      const key = `${term} ${split}`;
      let course = found.get(key);
      if (course === undefined) {
        course = { term, split, x: [], y: [] };
        found.set(key, course);
      }
      course.x.push(record.step);
      course.y.push(Number.isFinite(value) ? value : null);
    }
  }
  return [...found.values()];
}

/** A term of a run: on held-out images where it was measured there, else on training batches. */
export const courseOf = (courses: readonly Course[] = [], term: string): Course | undefined =>
  courses.find((one) => one.term === term && one.split === "heldOut") ??
  courses.find((one) => one.term === term);

/** What some courses were measured on, in words. */
export function measuredOn(courses: readonly Pick<Course, "split">[]): string {
  const splits = new Set(courses.map(({ split }) => (split === "train" ? "training batches" : "held out")));
  return [...splits].sort().join(" or ") || "held out";
}

export interface Latents {
  readonly term: string;
  readonly split: Split;
  readonly steps: readonly number[];
  /** The one that is largest at the end first. */
  readonly rows: readonly {
    readonly name: string;
    readonly dimension: number;
    readonly values: readonly number[];
  }[];
}

/** Terms that were logged of each latent: KL_d; γ_d where the objective has it. On held-out images where they were measured there. */
export function latentsOf(records: readonly MetricRecord[]): Latents[] {
  const found = new Map<string, { term: string; split: Split; steps: number[]; values: number[][] }>();
  for (const record of records) {
    for (const [term, value] of Object.entries(record)) {
      if (!Array.isArray(value) || value.length === 0 || typeof value[0] !== "number") continue;
      const split = splitOf(record);
      const key = `${term} ${split}`;
      let one = found.get(key);
      if (one === undefined) {
        one = { term, split, steps: [], values: [] };
        found.set(key, one);
      }
      if (one.values[0] !== undefined && one.values[0].length !== value.length) continue;
      one.steps.push(record.step);
      one.values.push(value as number[]);
    }
  }
  const all = [...found.values()].sort(
    (a, b) => Number(b.term === "klPerDimension") - Number(a.term === "klPerDimension"),
  );
  return all
    .filter(
      ({ term, split }) =>
        split === "heldOut" || !all.some((one) => one.term === term && one.split === "heldOut"),
    )
    .map(({ term, split, steps, values }) => {
      const last = values.at(-1)!;
      const order = last.map((_, d) => d).sort((a, b) => last[b]! - last[a]!);
      return {
        term,
        split,
        steps,
        rows: order.map((dimension) => ({
          name: latentLabel(dimension),
          dimension,
          values: values.map((row) => row[dimension]!),
        })),
      };
    });
}
