/** The metrics against frozen results of the authors' own code (`bench/parity/disentanglement_reference.py`). */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Columns } from "../../base/linear-algebra.ts";
import type { Factor } from "../../data/index.ts";
import { computeUdr, FactorTable, type Measurement, type Metric, metrics, protocol } from "./index.ts";
import { infoModularityOf } from "./infomec.ts";

const [TRAIN, TEST] = [2000, 1000];
const COUNT = TRAIN + TEST;

interface Scores {
  readonly mig: number;
  readonly dci: {
    readonly informativeness_train: number;
    readonly informativeness_test: number;
    readonly disentanglement: number;
    readonly completeness: number;
    readonly lasso: { importances: number[][]; disentanglement: number; completeness: number };
    readonly forest: { mean: number; deviation: number }[][];
  };
  readonly sap: number;
  readonly sapAsNumbers: number;
  readonly modularity: number;
  readonly explicitness: number;
  readonly irs: number;
  readonly gaussianTc: number;
  readonly wasserstein: number;
  readonly downstream: { boosting: number[]; logistic: number[] };
  readonly infomec: { infom: number | null; infoc: number; infoe: number; nmi: number[][] };
  readonly dciEs: { losses: number[][]; score: number };
}
type TableName = "sampled" | "continuous" | "attributes";

const file = new URL("./authors-reference.json", import.meta.url);
const reference = JSON.parse(readFileSync(file, "utf8")) as Record<TableName, Scores> &
  Record<`udr-${"lasso" | "spearman"}`, number[]>;

/** As in the script: the additive recurrence of √prime. */
const u = (prime: number): Float64Array =>
  Float64Array.from({ length: COUNT }, (_, i) => {
    const product = (i + 1) * Math.sqrt(prime);
    return product - Math.floor(product);
  });
const [u2, u3, u5, u7, u11, u13] = [2, 3, 5, 7, 11, 13].map(u) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const [u17, u19, u23, u29, u31] = [17, 19, 23, 29, 31].map(u) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const each = (value: (i: number) => number) => Float64Array.from({ length: COUNT }, (_, i) => value(i));
const levels = (values: Float64Array, size: number) => values.map((one) => Math.floor(size * one));
const when = (holds: (i: number) => boolean) => each((i) => (holds(i) ? 1 : 0));

const [shape, scale, x, y, hue] = [
  levels(u2, 3),
  levels(u3, 6),
  levels(u5, 8),
  levels(u7, 8),
  levels(u11, 10),
];
const [one, two] = [when((i) => u2[i]! < 0.5), when((i) => 0.75 * u2[i]! + 0.25 * u3[i]! < 0.25)];
const rare = when((i) => u5[i]! < 0.0625);
const rest = [
  when((i) => u7[i]! < 0.375),
  when((i) => u11[i]! < 0.875),
  when((i) => 0.5 * u5[i]! + 0.5 * u13[i]! < 0.5),
];

const tables: Record<TableName, { factors: Record<string, Float64Array>; codes: Columns }> = {
  sampled: {
    factors: { shape, scale, x, y, hue },
    codes: [
      each((i) => x[i]! / 8 + 0.05 * (u13[i]! - 0.5)),
      each((i) => y[i]! / 8 + 0.125 * shape[i]! + 0.05 * (u17[i]! - 0.5)),
      each((i) => scale[i]! / 6 + 0.25 * (u19[i]! - 0.5)),
      each((i) => (shape[i] === 1 ? 1 : 0) + 0.25 * u23[i]!),
      each((i) => (hue[i]! / 10) * (hue[i]! / 10) + 0.25 * (u29[i]! - 0.5)),
      u31.map((value) => 0.0625 * value),
    ],
  },
  continuous: {
    factors: { a: u2, b: u3, c: u5 },
    codes: [
      each((i) => u2[i]! + 0.125 * (u13[i]! - 0.5)),
      each((i) => u3[i]! * u5[i]!),
      each((i) => u5[i]! - 0.25 * u2[i]!),
      u17,
    ],
  },
  attributes: {
    factors: { one, two, rare, four: rest[0]!, five: rest[1]!, six: rest[2]! },
    codes: [
      each((i) => one[i]! + u17[i]!),
      each((i) => 0.5 * two[i]! + rest[0]![i]! + 0.5 * u19[i]!),
      each((i) => 2 * rare[i]! + u23[i]!),
      each((i) => rest[1]![i]! - 0.5 * one[i]! + 0.5 * u29[i]!),
      each((i) => 0.25 * rest[2]![i]! + u31[i]!),
    ],
  },
};

function factorsOf(columns: Record<string, Float64Array>): FactorTable {
  const ranked = Object.entries(columns).map(([name, column]) => {
    const values = [...new Set(column)].sort((p, q) => p - q);
    const rank = new Map(values.map((value, level) => [value, level]));
    return { factor: { name, values } satisfies Factor, levels: column.map((value) => rank.get(value)!) };
  });
  return new FactorTable(
    {
      factors: ranked.map(({ factor }) => factor),
      levels: Int32Array.from({ length: COUNT * ranked.length }, (_, at) => {
        return ranked[at % ranked.length]!.levels[Math.floor(at / ranked.length)]!;
      }),
      complete: false,
    },
    protocol.parse({}),
  );
}

async function measure(name: string, table: TableName, options: object = {}): Promise<Measurement> {
  const metric = metrics.find((candidate) => candidate.name === name)!;
  const input = {
    codes: tables[table].codes,
    train: Uint32Array.from({ length: TRAIN }, (_, i) => i),
    test: Uint32Array.from({ length: TEST }, (_, i) => TRAIN + i),
    seed: 0,
    replicates: 2,
    pause: async () => {},
    factors: factorsOf(tables[table].factors),
  };
  return (metric as Extract<Metric, { needs: "factors" }>).measure(input, metric.options.parse(options));
}

const names = Object.keys(tables) as TableName[];

describe.each(names)("disentanglement_lib on the %s table", (table) => {
  const wanted = reference[table];

  it.each([
    ["mig", wanted.mig, 1e-6],
    ["modularity", wanted.modularity, 1e-6],
    ["irs", wanted.irs, 1e-6],
    ["gaussian-tc", wanted.gaussianTc, 1e-6],
    ["wasserstein-correlation", wanted.wasserstein, 1e-6],
    // LIBLINEAR stops before the minimum on some codes.
    ["sap", wanted.sap, 0.005],
    // disentanglement_lib's regressions are scikit-learn's, which stop after 100 steps.
    ["explicitness", wanted.explicitness, 0.002],
  ])("%s is %d within %d", async (name, score, tolerance) => {
    const measured = await measure(name, table);
    expect(Math.abs(measured.score - score), `${measured.score}`).toBeLessThanOrEqual(tolerance);
  });

  it("SAP with factors as numbers", async () => {
    const { parts } = await measure("sap", table);
    expect(parts.continuous).toBeCloseTo(wanted.sapAsNumbers, 6);
  });

  it("DCI by boosted trees, with a bin for every value", async () => {
    const { score, parts } = await measure("dci", table, { bins: 65_536, refits: 2, refitShare: 0.1 });
    const { disentanglement, completeness, informativeness_test, informativeness_train } = wanted.dci;
    expect(Math.abs(score - disentanglement), `${score}`).toBeLessThan(0.01);
    expect(Math.abs((parts.completeness as number) - completeness), `${parts.completeness}`).toBeLessThan(
      0.01,
    );
    expect(Math.abs((parts.informativeness as number) - informativeness_test)).toBeLessThan(0.01);
    expect(Math.abs((parts.informativenessTrain as number) - informativeness_train)).toBeLessThan(0.01);
  });

  it("downstream accuracy with 100 and 2000 samples", async () => {
    const sizes = table === "continuous" ? [100] : [100, 2000];
    const { parts } = await measure("downstream", table, { sizes });
    for (const [i, accuracy] of (parts.accuracies as number[]).entries()) {
      expect(Math.abs(accuracy - wanted.downstream.boosting[i]!), `${accuracy}`).toBeLessThan(0.01);
    }
  });
});

it("downstream accuracy by logistic regression, its penalty cross-validated", async () => {
  const { score } = await measure("downstream", "attributes", { sizes: [500], learner: "logistic" });
  expect(Math.abs(score - reference.attributes.downstream.logistic[0]!), `${score}`).toBeLessThan(0.01);
});

describe.each(names)("DCI by other learners on the %s table", (table) => {
  const wanted = reference[table].dci;

  it("a lasso: the importances are scikit-learn's", async () => {
    const { score, parts } = await measure("dci", table, { learner: "lasso" });
    for (const [d, row] of (parts.importances as number[][]).entries()) {
      for (const [k, found] of row.entries()) expect(found).toBeCloseTo(wanted.lasso.importances[d]![k]!, 5);
    }
    expect(score).toBeCloseTo(wanted.lasso.disentanglement, 5);
    expect(parts.completeness).toBeCloseTo(wanted.lasso.completeness, 5);
  });

  it("a random forest: importances within what another seed changes", async () => {
    const { parts } = await measure("dci", table, { learner: "forest", refits: 2, refitShare: 0.05 });
    for (const [d, row] of (parts.importances as number[][]).entries()) {
      for (const [k, found] of row.entries()) {
        const { mean, deviation } = wanted.forest[d]![k]!;
        expect(Math.abs(found - mean), `${d}, ${k}: ${found}`).toBeLessThan(0.005 + 3 * deviation);
      }
    }
  });

  it("DCI-ES: losses by depth, and the area under them", async () => {
    const { score, parts } = await measure("dci-es", table, {
      depths: [1, 2, 3, 4, 8, 16],
      refits: 2,
      refitShare: 0.05,
    });
    const own = reference[table].dciEs;
    for (const [k, losses] of (parts.losses as number[][]).entries()) {
      // Above, it hangs on which features a few trees of few splits may look at.
      for (const [t, loss] of losses.entries()) {
        if (t < 3) continue;
        expect(Math.abs(loss - own.losses[k]![t]!), `factor ${k}, ${t}: ${loss}`).toBeLessThan(0.05);
      }
    }
    expect(Math.abs(score - own.score), `${score}`).toBeLessThan(0.02);
  });
});

describe.each(names)("InfoMEC on the %s table", (table) => {
  const wanted = reference[table].infomec;

  // Additive recurrences are full of equal distances; scikit-learn's noise, drawn anew each time, decides between them.
  it("normalised information, modularity and compactness", async () => {
    const { score, parts } = await measure("info-modularity", table, { refits: 2 });
    for (const [d, row] of (parts.normalisedInformation as number[][]).entries()) {
      for (const [k, found] of row.entries()) expect(found).toBeCloseTo(wanted.nmi[d]![k]!, 2);
    }
    // A code that knows nothing makes the authors' mean NaN; here it counts as one that knows of all factors alike.
    expect(score).toBeCloseTo(wanted.infom ?? infoModularityOf(wanted.nmi), 2);
    expect((await measure("info-compactness", table, { refits: 2 })).score).toBeCloseTo(wanted.infoc, 2);
  });

  it("explicitness", async () => {
    const { score } = await measure("info-explicitness", table);
    expect(Math.abs(score - wanted.infoe), `${score}`).toBeLessThan(0.005);
  });
});

describe("UDR of three models", () => {
  const [c0, c1, c2, c3, c4, c5] = tables.sampled.codes as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const models = [
    [c0, c1, c2, c3, c4],
    [c1, each((i) => c0[i]! + c2[i]!), c2, c4, c3],
    [c5, c4, c0, each((i) => c1[i]! * c2[i]!), c3],
  ].map((codes) => ({
    count: COUNT,
    mean: Float32Array.from({ length: 5 * COUNT }, (_, at) => codes[at % 5]![Math.floor(at / 5)]!),
    // Of a KL that counts, whatever the mean.
    logVariance: new Float32Array(5 * COUNT).fill(-3),
  }));

  it.each(["lasso", "spearman"] as const)("by %s", async (relation) => {
    const found = await computeUdr(models, { relation, replicates: 2 });
    for (const [i, { score }] of found.entries()) {
      expect(score, `model ${i}`).toBeCloseTo(reference[`udr-${relation}`][i]!, 4);
    }
  });
});
