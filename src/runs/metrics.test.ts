import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
    '{"step":1,"elbo":"NaN","kl":[0.5,"Infinity"]}\n{"step":2,"elbo":-103.5,"note":"β"}\n',
  );
  expect(metrics.read()).toEqual([
    { step: 1, elbo: Number.NaN, kl: [0.5, Number.POSITIVE_INFINITY] },
    { step: 2, elbo: -103.5, note: "β" },
  ]);
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

  test("only a cut-off end: it goes, no record is counted", () => {
    const metrics = fresh();
    writeFileSync(metrics.path, '{"step":1}\n{"st');
    expect(metrics.truncateAfter(5)).toBe(0);
    expect(readFileSync(metrics.path, "utf8")).toBe('{"step":1}\n');
  });
});
