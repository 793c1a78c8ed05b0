/** `curves`: every logged term over training steps, of one run or several. Needs no checkpoint. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { curvesFigure, type LoggedCurve } from "../../figures/node.ts";
import { RunDirectory } from "../../runs/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { runsAt } from "../runs-at.ts";
import { curvesOf, describeTerm } from "./history.ts";

const options = z.strictObject({
  term: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("only these terms: kl,reconstruction (default: all that change)"),
});

const value = z.object({
  terms: z.array(z.string()).describe("the terms that were drawn"),
  constant: z.record(z.string(), z.number()).describe("logged but constant, so not drawn: its value"),
});

export const curves = defineJob({
  name: "curves",
  summary: "every logged term over training steps, of one run or several",
  example: "betalab curves runs/mnist-mlp-20 runs/mnist-mlp-50",
  takes: "runs",
  options,
  value,
  artifacts: true,
  destination: "figures/ and tables/ of the first run",
  run: ({ subject, signal }, options) =>
    telling(signal, async (tell) => {
      const runs: RunDirectory[] = [];
      for (const { path, problem } of runsAt(subject)) {
        if (problem === undefined) runs.push(RunDirectory.open(path));
        else tell.note(`${path} is left out: ${problem}`);
      }
      const logged = runs.flatMap((run) => curvesOf(run, nameOf(run, runs)));
      const { terms, constant } = chooseTerms(subject, logged, options.term);
      const shown = terms.flatMap((term) =>
        logged
          .filter((curve) => curve.term === term)
          .map((curve) => ({ ...curve, term: describeTerm(term).name })),
      );
      const throughout = Object.entries(constant).map(
        // What was logged in 32 bits has no more digits than these: 0.05, not 0.04999999701976776.
        ([term, value]) => `${describeTerm(term).name} ${Number(value.toPrecision(7))}`,
      );
      const chart = await curvesFigure(shown, {
        title: runs.length === 1 ? runs[0]!.information.name : `${runs.length} runs`,
        subtitle: throughout.length === 0 ? undefined : `${throughout.join(", ")} throughout`,
      });
      const rows = logged.flatMap(({ run, split, term, points }) =>
        points.map(([step, value]) => [run, split, term, step, value]),
      );
      return {
        value: { terms, constant },
        artifacts: [
          { kind: "chart", chart },
          { kind: "table", heading: ["run", "split", "term", "step", "value"], rows },
        ],
        folder: subject[0]!,
      };
    }),
});

/** The terms to draw: those that were asked for, else all that change, else all. */
function chooseTerms(
  paths: readonly string[],
  logged: readonly LoggedCurve[],
  wanted: readonly string[] | undefined,
): { terms: string[]; constant: Record<string, number> } {
  const all = [...new Set(logged.map(({ term }) => term))];
  if (all.length === 0) {
    throw new BetalabError(
      "run",
      `${paths.join(", ")}: nothing is logged yet`,
      "the first line comes after some steps",
    );
  }
  const unknown = wanted?.find((term) => !all.includes(term));
  if (unknown !== undefined) {
    throw new BetalabError("usage", `no term "${unknown}" is logged`, `\`term\`: any of ${all.join(", ")}`);
  }
  if (wanted !== undefined) return { terms: [...wanted], constant: {} };
  const constant: Record<string, number> = {};
  for (const term of all) {
    const points = logged.filter((curve) => curve.term === term).flatMap((curve) => curve.points);
    const [value, ...others] = new Set(points.map(([, value]) => value));
    if (others.length === 0) constant[term] = value!;
  }
  const changing = all.filter((term) => !(term in constant));
  return { terms: changing.length > 0 ? changing : all, constant };
}

/** The run's name; its path where two runs share one. */
function nameOf(run: RunDirectory, runs: readonly RunDirectory[]): string {
  const { name } = run.information;
  return runs.filter((other) => other.information.name === name).length > 1 ? run.path : name;
}
