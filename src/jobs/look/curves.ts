/** `betalab curves`: every logged term over training steps, of one run or several. Needs no checkpoint. */

import { BetalabError } from "../../base/errors.ts";
import type { SplitName } from "../../data/index.ts";
import { curvesFigure, type LoggedCurve } from "../../figures/node.ts";
import { RunDirectory } from "../../runs/index.ts";
import { FigureFiles } from "./files.ts";

export interface CurvesOptions {
  readonly out?: string | undefined;
  /** Only these terms. Default: all that change. */
  readonly terms?: readonly string[] | undefined;
}

export interface CurvesDrawn {
  readonly paths: readonly string[];
  readonly terms: readonly string[];
  /** Logged, but the same number throughout: not drawn. */
  readonly constant: Readonly<Record<string, number>>;
}

/** Records carry these beside their terms. */
const notTerms = new Set(["step", "epoch", "images"]);

/** What people call the terms that have a name of their own in the log, and the units of those that are no nats. */
const known: Readonly<Record<string, { readonly name: string; readonly unit?: string }>> = {
  loss: { name: "objective", unit: "nats/image" },
  negativeElbo: { name: "−ELBO (β = 1)", unit: "nats/image" },
  kl: { name: "KL", unit: "nats/image" },
  beta: { name: "β" },
  learningRate: { name: "learning rate" },
  imagesPerSecond: { name: "speed", unit: "images/s" },
};

const describeTerm = (term: string) => known[term] ?? { name: term, unit: "nats/image" };

export async function drawCurves(
  paths: readonly string[],
  options: CurvesOptions = {},
): Promise<CurvesDrawn> {
  const runs = paths.map((path) => RunDirectory.open(path));
  const curves = runs.flatMap((run) => curvesOf(run, nameOf(run, runs)));
  const all = [...new Set(curves.map(({ term }) => term))];
  if (all.length === 0) {
    throw new BetalabError(
      "run",
      `${paths.join(", ")}: nothing is logged yet`,
      "the first line comes after some steps",
    );
  }
  const unknown = options.terms?.find((term) => !all.includes(term));
  if (unknown !== undefined) {
    throw new BetalabError("usage", `no term "${unknown}" is logged`, `there are: ${all.join(", ")}`);
  }
  const constant: Record<string, number> = {};
  for (const term of all) {
    const values = new Set(
      curves.filter((curve) => curve.term === term).flatMap(({ points }) => points.map(([, value]) => value)),
    );
    const [value] = values;
    if (values.size === 1 && options.terms === undefined) constant[term] = value!;
  }
  const terms = (options.terms ?? all).filter((term) => !(term in constant));
  if (terms.length === 0) terms.push(...all);
  const shown = terms.flatMap((term) =>
    curves
      .filter((curve) => curve.term === term)
      .map((curve) => ({ ...curve, term: describeTerm(term).name })),
  );
  const throughout = Object.entries(constant).map(([term, value]) => `${describeTerm(term).name} ${value}`);
  const out = new FigureFiles(runs[0]!, "curves", options.out);
  out.chart(
    await curvesFigure(shown, {
      title: runs.length === 1 ? runs[0]!.information.name : `${runs.length} runs`,
      subtitle: throughout.length === 0 ? undefined : `${throughout.join(", ")} throughout`,
    }),
  );
  out.csv(
    ["run", "split", "term", "step", "value"],
    curves.flatMap(({ run, split, term, points }) =>
      points.map(([step, value]) => [run, split, term, step, value]),
    ),
  );
  return { paths: out.paths, terms, constant };
}

export function curvesOf(run: RunDirectory, name: string): LoggedCurve[] {
  const found = new Map<string, { split: SplitName; term: string; points: [number, number][] }>();
  for (const record of run.metrics.read()) {
    const split = record.split === "heldOut" ? "heldOut" : "train";
    for (const [term, value] of Object.entries(record)) {
      if (typeof value !== "number" || notTerms.has(term)) continue;
      const key = `${term} ${split}`;
      const curve = found.get(key) ?? { split, term, points: [] };
      curve.points.push([record.step, value]);
      found.set(key, curve);
    }
  }
  return [...found.values()].map((curve) => ({
    run: name,
    ...curve,
    unit: describeTerm(curve.term).unit,
  }));
}

/** The run's name; its path where two runs share one. */
function nameOf(run: RunDirectory, runs: readonly RunDirectory[]): string {
  const { name } = run.information;
  return runs.filter((other) => other.information.name === name).length > 1 ? run.path : name;
}
