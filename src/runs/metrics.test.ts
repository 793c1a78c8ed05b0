import fs, { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/errors.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { MetricsFile } from "./metrics.ts";

const folder = temporaryFolders();
const fresh = () => new MetricsFile(join(folder(), "metrics.jsonl"));

test("one line each, non-finite numbers visible in the file and back as numbers", () => {
  const metrics = fresh();
  metrics.append({ step: 1, ...{ elbo: Number.NaN, kl: Float32Array.of(0.5, Number.POSITIVE_INFINITY) } });
  metrics.append({ step: 2, ...{ elbo: -103.5, note: "β" } });
  metrics.sync();
  expect(readFileSync(metrics.path, "utf8")).toBe(
    '{"step":1,"elbo":"NaN","kl":[0.5,"Infinity"],"crc32":"5fba413c"}\n{"step":2,"elbo":-103.5,"note":"β","crc32":"8c53aa67"}\n',
  );
  expect(metrics.read()).toEqual([
    { step: 1, elbo: Number.NaN, kl: [0.5, Number.POSITIVE_INFINITY] },
    { step: 2, elbo: -103.5, note: "β" },
  ]);
  metrics.close();
});

test("a disk that breaks: the error names the file, whatever can't be mended afterwards", () => {
  const metrics = fresh();
  metrics.append({ step: 1 });
  const { writeSync, ftruncateSync } = fs;
  const broken = () => {
    throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  };
  Object.assign(fs, { writeSync: broken, ftruncateSync: broken });
  syncBuiltinESMExports();
  try {
    expect(failure(() => metrics.append({ step: 2 }))).toMatchObject({
      code: "disk",
      message: `can't write ${metrics.path}: the disk reports an error`,
    });
  } finally {
    Object.assign(fs, { writeSync, ftruncateSync });
    syncBuiltinESMExports();
  }
  metrics.append({ step: 3 });
  expect(metrics.read()).toEqual([{ step: 1 }, { step: 3 }]);
  metrics.close();
});

test("no file yet: no records, nothing to truncate, no file made", () => {
  const metrics = fresh();
  expect(metrics.read()).toEqual([]);
  expect(metrics.truncateAfter(0)).toBe(0);
  expect(() => readFileSync(metrics.path)).toThrow("ENOENT");
});

test("cut at any byte: the whole lines are read, and appending continues after them", () => {
  const records = [1, 2, 3].map((step) => ({ step, text: "größer" }));
  const bytes = new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const lineBytes = bytes.length / 3;
  const metrics = fresh();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => {
      writeFileSync(metrics.path, bytes.subarray(0, length));
      // A line that lost nothing but its newline is whole.
      const whole = Math.floor((length + 1) / lineBytes);
      expect(metrics.read()).toEqual(records.slice(0, whole));
      metrics.append({ step: 9 });
      metrics.close();
      expect(metrics.read()).toEqual([...records.slice(0, whole), { step: 9 }]);
    }),
  );
});

describe("a broken line before the last is an error that names it", () => {
  test.each(['{"step":1,"kl":', "null", "[]", '{"kl":1}', '{"step":"1"}', ""])("%j", (line) => {
    const metrics = fresh();
    writeFileSync(metrics.path, `{"step":0}\n${line}\n{"step":2}\n`);
    expect(() => metrics.read()).toThrow(`${metrics.path}:2 is not a JSON object with a step`);
  });
});

describe("salvage", () => {
  const written = (content: string | Uint8Array) => {
    const metrics = fresh();
    writeFileSync(metrics.path, content);
    return metrics;
  };
  const names = ({ path }: MetricsFile) => readdirSync(dirname(path)).sort();
  const lines = ['{"step":1,"kl":"NaN"}', '{"step":2}', '{"step":3}', '{"step":4}'];
  const whole = lines.map((line) => `${line}\n`).join("");

  test.each([
    ["whole", whole],
    ["with a last line that a kill cut off", `${whole}{"step":5,"k`],
    ["whole but for the last newline", whole.slice(0, -1)],
    ["empty", ""],
  ])("a file that is %s stays as it is", (_, content) => {
    const metrics = written(content);
    expect(metrics.salvage()).toEqual([]);
    expect([names(metrics), readFileSync(metrics.path, "utf8")]).toEqual([["metrics.jsonl"], content]);
  });

  test("no file: nothing to salvage, none made", () => {
    const metrics = fresh();
    expect(metrics.salvage()).toEqual([]);
    expect(names(metrics)).toEqual([]);
  });

  test("a bad byte in the middle: that line goes, the others stay byte for byte, and so does the original", () => {
    const bytes = Buffer.from(whole);
    bytes[whole.indexOf("step", 30)] = 0xff; // JSON with a strange key, were it not for the encoding.
    const metrics = written(bytes);
    const aside = `${metrics.path}.broken-1`;
    expect(metrics.salvage()).toEqual([
      `${metrics.path}: 1 of 4 lines can't be read and is left out (line 3, after step 2, before step 4); the file as it was is kept as ${aside}`,
    ]);
    expect(readFileSync(aside).equals(bytes)).toBe(true);
    expect(readFileSync(metrics.path, "utf8")).toBe(whole.replace('{"step":3}\n', ""));
    expect(metrics.read().map(({ step }) => step)).toEqual([1, 2, 4]);
    // A second time: the first original is not overwritten.
    writeFileSync(metrics.path, "?\n");
    expect(metrics.salvage()[0]).toContain(
      "1 of 1 line can't be read and is left out (line 1); the file as it was",
    );
    expect(names(metrics)).toEqual(["metrics.jsonl", "metrics.jsonl.broken-1", "metrics.jsonl.broken-2"]);
    expect(readFileSync(aside).equals(bytes)).toBe(true);
  });

  test("binary noise: nothing is left of it, and all of it is kept aside", () => {
    const noise = Uint8Array.from({ length: 2000 }, (_, i) => (i * 197 + 31) % 251);
    const metrics = written(noise);
    expect(metrics.salvage()[0]).toMatch(/(\d+) of \1 lines can't be read .*\(between lines 1 and \1\)/);
    expect(readFileSync(metrics.path, "utf8")).toBe("");
    expect(readFileSync(`${metrics.path}.broken-1`).equals(noise)).toBe(true);
  });

  test("zeros after the last line, as a lost power supply leaves them", () => {
    const metrics = written(`${whole}${"\0".repeat(100)}`);
    expect(metrics.salvage()[0]).toContain(
      "1 of 5 lines can't be read and is left out (line 5, after step 4)",
    );
    expect(readFileSync(metrics.path, "utf8")).toBe(whole);
  });
});

describe("truncateAfter", () => {
  test("drops later steps and a cut-off end, keeps the rest byte for byte, and appends on", () => {
    const metrics = fresh();
    for (const step of [10, 20, 20, 30, 40]) metrics.append({ step, ...{ kl: 1 / step, elbo: Number.NaN } });
    const before = readFileSync(metrics.path, "utf8");
    appendFileSync(metrics.path, '{"step":5');
    expect(metrics.truncateAfter(20)).toBe(2);
    expect(readFileSync(metrics.path, "utf8")).toBe(before.split("\n").slice(0, 3).join("\n").concat("\n"));
    metrics.append({ step: 30 });
    expect(metrics.read().map((record) => record.step)).toEqual([10, 20, 20, 30]);
  });

  test("of the step itself, only what is written again", () => {
    const metrics = fresh();
    for (const split of ["train", "heldOut"]) for (const step of [10, 20]) metrics.append({ step, split });
    expect(metrics.truncateAfter(20, ({ split }) => split === "heldOut")).toBe(1);
    expect(metrics.read().map(({ split, step }) => `${split} ${step}`)).toEqual([
      "train 10",
      "train 20",
      "heldOut 10",
    ]);
  });

  test("only a cut-off end: it goes, no record is counted", () => {
    const metrics = fresh();
    writeFileSync(metrics.path, '{"step":1}\n{"st');
    expect(metrics.truncateAfter(5)).toBe(0);
    expect(readFileSync(metrics.path, "utf8")).toBe('{"step":1,"crc32":"1119ad91"}\n');
  });
});

test("a number that was changed after it was written is a line that can't be read; salvage leaves it out", () => {
  const metrics = fresh();
  metrics.append({ step: 1, ...{ kl: 25.5 } });
  metrics.append({ step: 2, ...{ kl: 25.5 } });
  metrics.close();
  writeFileSync(metrics.path, readFileSync(metrics.path, "utf8").replace("25.5", "26.5"));
  expect(metrics.brokenLines()).toEqual([1]);
  expect(metrics.salvage()).toHaveLength(1);
  expect(metrics.read()).toEqual([{ step: 2, kl: 25.5 }]);
});
