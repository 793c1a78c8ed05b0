import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryIo } from "../../test/helpers/io.ts";
import { formatNumber } from "../base/format.ts";
import { Output } from "./output.ts";
import {
  formatDuration,
  stageLine,
  type TrainingProgress,
  trainingLine,
  truncate,
} from "./progress-lines.ts";

const at: TrainingProgress = {
  epoch: 3,
  epochs: 10,
  step: 1200,
  steps: 4690,
  terms: { reconstruction: 80.1234, kl: 25.1 },
  imagesPerSecond: 8120.4,
  secondsLeft: 43,
};

describe("lines", () => {
  test("of training, narrower and narrower: the least important goes first", () => {
    expect(trainingLine(at)).toBe(
      "epoch 3/10  step 1200/4690  reconstruction 80.12  kl 25.10 nats/image  8120 images/s  0:43 left",
    );
    expect(trainingLine(at, 80)).toBe(
      "epoch 3/10  reconstruction 80.12  kl 25.10 nats/image  8120 images/s  0:43 left",
    );
    expect(trainingLine(at, 70)).toBe("epoch 3/10  reconstruction 80.12  kl 25.10 nats/image  0:43 left");
    expect(trainingLine(at, 60)).toBe("epoch 3/10  reconstruction 80.12 nats/image  0:43 left");
    expect(trainingLine(at, 30)).toBe("epoch 3/10  0:43 left");
    expect(trainingLine(at, 12)).toBe("epoch 3/10 …");
    const annealed = { ...at, weights: { β: 0.3 } };
    expect(trainingLine(annealed)).toContain("kl 25.10 nats/image  β 0.3000  8120 images/s");
    expect(trainingLine(annealed, 80)).toBe(
      "epoch 3/10  reconstruction 80.12  kl 25.10 nats/image  β 0.3000  0:43 left",
    );
    expect(trainingLine(annealed, 70)).toBe(
      "epoch 3/10  reconstruction 80.12  kl 25.10 nats/image  0:43 left",
    );
  });

  test("of training: no time left yet, no terms yet, a slow and a diverged one", () => {
    const terms = { elbo: Number.NaN };
    expect(trainingLine({ ...at, secondsLeft: undefined, terms, imagesPerSecond: 3.14 })).toBe(
      "epoch 3/10  step 1200/4690  elbo NaN nats/image  3.1 images/s",
    );
    expect(trainingLine({ ...at, terms: {} })).toBe("epoch 3/10  step 1200/4690  8120 images/s  0:43 left");
  });

  test("of a stage", () => {
    expect(stageLine({ stage: "reading pictures", done: 1200, total: 60_000 })).toBe(
      "reading pictures  1200/60000  2 %",
    );
    expect(stageLine({ stage: "reading pictures", done: 1200 })).toBe("reading pictures  1200");
    expect(stageLine({ stage: "weighing", done: 30, total: 60, secondsLeft: 43 })).toBe(
      "weighing  30/60  50 %  0:43 left",
    );
    expect(stageLine({ stage: "looking", done: 0 })).toBe("looking");
    expect(stageLine({ stage: "reading", done: 0, total: 0 })).toBe("reading  0/0");
  });

  test("never wider than asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.dictionary(fc.string(), fc.double()),
        (width, terms) => {
          expect(Array.from(trainingLine({ ...at, terms }, width)).length).toBeLessThanOrEqual(width);
        },
      ),
    );
    expect(truncate("βββ", 2)).toBe("β…");
    expect(truncate("😀😀", 2)).toBe("😀😀");
  });

  test("numbers", () => {
    const numbers = [105.234, 0.0123456, -3, 12345.6, 0, 1.23e-6, -Infinity];
    expect(numbers.map(formatNumber)).toEqual([
      "105.2",
      "0.01235",
      "−3.000",
      "12346",
      "0",
      "1.2e-6",
      "−Infinity",
    ]);
  });

  test("durations", () => {
    const seconds = [0, 43.4, 59.6, 725, 3725, 90_000, -1, Number.NaN, Number.POSITIVE_INFINITY];
    expect(seconds.map(formatDuration)).toEqual([
      "0:00",
      "0:43",
      "1:00",
      "12:05",
      "1:02:05",
      "25:00:00",
      "0:00",
      "?",
      "?",
    ]);
  });
});

describe("on a terminal", () => {
  const CLEAR = "\r\x1b[2K";
  const live = (environment = {}) => {
    const io = memoryIo({ terminal: true, columns: 31, environment });
    return { io, output: new Output(io, { json: false, quiet: false }) };
  };
  const line = "epoch 3/10  0:43 left";

  test("one line, redrawn at most ten times a second, cleared before the result", () => {
    const { io, output } = live();
    for (let i = 0; i <= 20; i++) {
      output.progress.training(at);
      io.wait(25);
    }
    // 0, 100, …, 500 ms.
    expect(io.err()).toBe((CLEAR + line).repeat(6));
    output.print({ value: 1, text: "done" });
    expect(io.err()).toBe((CLEAR + line).repeat(6) + CLEAR);
    output.progress.clear();
    expect(io.err().endsWith(line + CLEAR)).toBe(true);
  });

  test("a note is written above it", () => {
    const { io, output } = live();
    output.progress.training(at);
    output.note("a picture was skipped");
    expect(io.err()).toBe(`${CLEAR}${line}${CLEAR}a picture was skipped\n${CLEAR}${line}`);
  });

  test("what a terminal would obey in a name is shown, in the lines that are redrawn too", () => {
    const { io, output } = live();
    output.progress.table(["run\x1b]0;\x07 failed"], "");
    output.note("\x1b[2J");
    expect(io.err()).toBe(`${CLEAR}run\\x1b]0;\\x07 failed${CLEAR}\\x1b[2J\n${CLEAR}run\\x1b]0;\\x07 failed`);
  });

  test("an error is written in its place", () => {
    const { io, output } = live();
    output.progress.training(at);
    output.fail(new Error("x"));
    expect(io.err()).toContain(`${line}${CLEAR}\x1b[31mbetalab:\x1b[0m x\n`);
  });

  test("a new stage shows at once", () => {
    const { io, output } = live();
    output.progress.stage({ stage: "reading", done: 1 });
    output.progress.stage({ stage: "reading", done: 2 });
    output.progress.stage({ stage: "packing", done: 1 });
    expect(io.err()).toBe(`${CLEAR}reading  1${CLEAR}packing  1`);
  });

  test.each([{ CI: "true" }, { TERM: "dumb" }])("%j: as if it were none", (environment) => {
    const { io, output } = live(environment);
    output.progress.training(at);
    output.progress.epoch(at);
    expect(io.err()).toBe(`${trainingLine(at)}\n`);
  });
});

test("elsewhere: a line an epoch and a line a stage, no control characters", () => {
  const io = memoryIo();
  const { progress } = new Output(io, { json: true, quiet: false });
  progress.stage({ stage: "reading", done: 1, total: 3 });
  progress.above("a picture was skipped");
  progress.stage({ stage: "reading", done: 2, total: 3 });
  progress.training(at);
  progress.epoch(at);
  progress.clear();
  expect(io.err()).toBe(`reading\na picture was skipped\n${trainingLine(at)}\n`);
});

test("without a terminal: a line at least every half minute", () => {
  const io = memoryIo({ terminal: false });
  const { progress } = new Output(io, { json: true, quiet: false });
  progress.stage({ stage: "reading", done: 0, total: 3 });
  io.wait(29_000);
  progress.stage({ stage: "reading", done: 1, total: 3 });
  io.wait(2_000);
  progress.stage({ stage: "reading", done: 2, total: 3 });
  io.wait(20_000);
  progress.training(at);
  io.wait(10_000);
  progress.training(at);
  progress.training(at);
  expect(io.err()).toBe(`reading\nreading  2/3  66 %\n${trainingLine(at)}\n`);
});

test("--quiet: nothing at all", () => {
  const io = memoryIo({ terminal: true });
  const output = new Output(io, { json: false, quiet: true });
  output.progress.training(at);
  output.progress.epoch(at);
  output.progress.stage({ stage: "reading", done: 1 });
  output.note("x");
  expect(io.err()).toBe("");
});
