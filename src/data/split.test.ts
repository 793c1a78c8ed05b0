import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import type { Split } from "./dataset.ts";
import { type FactorColumn, factorsFromColumns, joinFactors } from "./factors.ts";
import { memoryImages, padImages } from "./images.ts";
import { divide, joinSplits, selectSplit, takeFirst } from "./split.ts";

/** 6 one-pixel images with pixel = index, over the complete grid of 2 × 3 levels. */
function grid(): Split {
  const classes = [0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2];
  const { factors } = factorsFromColumns(columnsOf(["a", "b"], classes), 6);
  return {
    images: memoryImages(Uint8Array.from([0, 1, 2, 3, 4, 5]), { count: 6, height: 1, width: 1, channels: 1 }),
    labels: { names: ["even", "odd"], values: Int32Array.from([0, 1, 0, 1, 0, 1]) },
    factors,
  };
}

function pixels({ images }: Split): number[] {
  const into = new Uint8Array(images.count * images.height * images.width * images.channels);
  images.read(
    Array.from({ length: images.count }, (_, i) => i),
    into,
  );
  return [...into];
}

it("levels that share a value stay apart where a grid is joined again", () => {
  const classes = [0, 0, 1, 1, 2, 2];
  const columns = [
    { name: "a", classes, values: [0, 0, 0, 0, 1, 1] },
    { name: "b", classes: [0, 1, 0, 1, 0, 1] },
  ];
  const { factors } = factorsFromColumns(columns, 6);
  const [first, second] = [
    [0, 1, 2],
    [3, 4, 5],
  ].map((rows) => selectSplit({ ...grid(), factors }, Uint32Array.from(rows)));
  const joined = joinSplits(first!, second!).factors!;
  expect([joined.complete, joined.levels]).toEqual([true, factors.levels]);
});

describe("divide", () => {
  it("holds out the rounded fraction, at least one, and shares no image", () => {
    for (const [count, fraction, held] of [
      [364, 0.1, 36],
      [5, 0.1, 1],
      [2, 0.01, 1],
      [10, 0.25, 3],
    ] as const) {
      const { train, heldOut } = divide(count, fraction);
      expect(heldOut.length).toBe(held);
      expect([...train, ...heldOut].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
    }
  });

  it("never changes: these are the images held out of ten", () => {
    // Changing this divides everybody's data anew; raise `divisionVersion` then.
    expect([...divide(10, 0.3).heldOut]).toMatchInlineSnapshot(`
      [
        0,
        7,
        4,
      ]
    `);
  });

  it("refuses to leave nothing to train on", async () => {
    const error = await failure("config", () => divide(1, 0.1));
    expect(error.message).toBe("data.heldOut: 0.1 of 1 image leaves nothing to train on");
    expect(error.hint).toBe("use two images or more");
    await failure("config", () => divide(4, 0.9));
  });
});

describe("selections", () => {
  it("keep labels and factors with their images", () => {
    const some = selectSplit(grid(), Uint32Array.from([5, 0, 3]));
    expect(pixels(some)).toEqual([5, 0, 3]);
    expect([...some.labels!.values]).toEqual([1, 0, 1]);
    expect([...some.factors!.levels]).toEqual([1, 2, 0, 0, 1, 0]);
    expect(some.factors!.complete).toBe(false);
  });

  it("take the first, or all when there are fewer", () => {
    expect(pixels(takeFirst(grid(), 2))).toEqual([0, 1]);
    const all = grid();
    expect(takeFirst(all, 6)).toBe(all);
    expect(takeFirst(all, undefined)).toBe(all);
  });

  it("joined again are the complete grid", () => {
    const { train, heldOut } = divide(6, 0.5);
    const whole = joinSplits(selectSplit(grid(), train), selectSplit(grid(), heldOut));
    expect(pixels(whole)).toEqual([...train, ...heldOut]);
    expect([...whole.labels!.values]).toEqual([...train, ...heldOut].map((i) => i % 2));
    expect(whole.factors!.complete).toBe(true);
    const into = new Uint8Array(4);
    whole.images.read([5, 0, 1, 4], into);
    expect([...into]).toEqual([heldOut[2], train[0], train[1], heldOut[1]]);
  });

  it("refuse an image that isn't there", () => {
    expect(() => grid().images.read([6], new Uint8Array(1))).toThrow("there is no image 6");
    expect(() => grid().images.read([0], new Uint8Array(2))).toThrow("internal:");
  });
});

describe("factorsFromColumns", () => {
  it("ranks the classes that occur, takes their values, leaves constants out", () => {
    const classes = columnsOf(["color", "scale", "x"], [0, 8, 4, 0, 8, 12, 0, 2, 4, 0, 2, 12]);
    const values = columnsOf(["color", "scale", "x"], [1, 0.8, 40, 1, 0.8, 120, 1, 0.2, 40, 1, 0.2, 120]);
    const columns = classes.map((column, i) => ({ ...column, values: values[i]!.classes }));
    const { factors, constant } = factorsFromColumns(columns, 4);
    expect(constant).toEqual(["color"]);
    expect(factors.factors).toEqual([
      { name: "scale", kind: "ordinal", values: [0.2, 0.8] },
      { name: "x", kind: "ordinal", values: [40, 120] },
    ]);
    expect([...factors.levels]).toEqual([1, 0, 1, 1, 0, 0, 0, 1]);
    expect(factors.complete).toBe(true);
  });

  it("sees a combination that occurs twice in place of another", () => {
    const classes = columnsOf(["a", "b"], [0, 0, 0, 1, 1, 0, 1, 0]);
    expect(factorsFromColumns(classes, 4).factors.complete).toBe(false);
  });

  it("tells classes, values with an order and sampled quantities apart; a grid has levels however fine it is", () => {
    const count = 600;
    const kinds = (columns: readonly FactorColumn[], of = count) =>
      factorsFromColumns(columns, of).factors.factors.map(({ kind }) => kind);
    const of = (value: (i: number) => number) => Array.from({ length: count }, (_, i) => value(i));
    expect(
      kinds([
        { name: "object_shape", classes: of((i) => i % 4) },
        { name: "hair", classes: of((i) => i % 2), names: ["dark", "fair"] },
        { name: "scale", classes: of((i) => (i % 8) / 8) },
        { name: "slant", classes: of((i) => Math.sin(i)) },
        { name: "day", classes: of((i) => i) },
        { name: "day, said", classes: of((i) => i), kind: "ordinal" },
      ]),
    ).toEqual(["categorical", "categorical", "ordinal", "continuous", "continuous", "ordinal"]);
    expect(kinds([{ name: "angle", classes: of((i) => i / 7) }])).toEqual(["ordinal"]);
  });

  it("joins the tables of two splits over the values of both", () => {
    const one = factorsFromColumns([{ name: "x", classes: [0.5, 0.1, 0.5, 0.1] }], 4).factors;
    const two = factorsFromColumns([{ name: "x", classes: [0.3, 0.1] }], 2).factors;
    const both = joinFactors(one, two)!;
    expect(both.factors).toEqual([{ name: "x", kind: "ordinal", values: [0.1, 0.3, 0.5] }]);
    expect([...both.levels]).toEqual([2, 0, 2, 0, 1, 0]);
    const hair = (names: string[]) =>
      factorsFromColumns([{ name: "hair", classes: [0, 1], names }], 2).factors;
    const named = joinFactors(hair(["dark", "fair"]), hair(["bald", "dark"]))!;
    expect(named.factors[0]!.names).toEqual(["bald", "dark", "fair"]);
    expect([[...named.levels], named.complete]).toEqual([[1, 2, 0, 1], false]);
    expect(joinFactors(one, hair(["a", "b"]))).toBeUndefined();
  });
});

/** A row-major table as columns. */
function columnsOf(names: readonly string[], table: readonly number[]): FactorColumn[] {
  const width = names.length;
  return names.map((name, column) => ({ name, classes: table.filter((_, i) => i % width === column) }));
}

describe("padImages", () => {
  it("centres, with the odd line below and to the right", () => {
    const images = memoryImages(Uint8Array.from([1, 2, 3, 4]), {
      count: 1,
      height: 2,
      width: 2,
      channels: 1,
    });
    const into = new Uint8Array(20).fill(9);
    padImages(images, 5, 4).read([0], into);
    expect([...into]).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
