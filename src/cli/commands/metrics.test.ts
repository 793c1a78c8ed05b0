import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../../test/helpers/folders.ts";
import { memoryIo } from "../../../test/helpers/io.ts";
import { resolveConfig } from "../../config/node.ts";
import { train } from "../../jobs/index.ts";
import { runCli } from "../main.ts";

const folder = temporaryFolders();

async function trained(seed: number): Promise<string> {
  const run = join(folder(), `run-${seed}`);
  const { config } = resolveConfig({
    name: "small",
    seed,
    data: { source: "sprites", size: 16, scales: 2, orientations: 1, positions: 4, batchSize: 16 },
    model: { architecture: "mlp", hidden: [16], latentDim: 2 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 1, stepsPerCall: 1 },
  });
  for await (const _ of train(config, { out: run }));
  return run;
}

async function ran(...words: string[]) {
  const io = memoryIo();
  const status = await runCli(["metrics", ...words], io);
  return { status, out: io.out(), err: io.err() };
}

const few = ["--train", "200", "--test", "100", "--replicates", "4"];

test("prints scores, intervals, samples, definitions and the file", async () => {
  const run = await trained(1);
  const text = await ran(run, "--only", "mig", "--only", "mig-tc", "--only", "k-nn", ...few);
  expect(text).toMatchObject({ status: 0 });
  const { results } = JSON.parse((await ran(run, "--only", "mig", "--json", ...few)).out);
  const [mig] = results;
  const lines = text.out.split("\n");
  expect(lines[0]).toBe("run-1, step 5, on sprites: 2 latents of 96 images, seed 1");
  expect(lines.find((line) => line.startsWith("mig "))!.split(/\s{2,}/)).toEqual([
    "mig",
    mig.score.toFixed(3),
    `${mig.interval.low.toFixed(3)}–${mig.interval.high.toFixed(3)}`,
    "higher is better",
    "200",
  ]);
  expect(lines.find((line) => line.startsWith("mig-tc "))).toMatch(/exact\s+higher is better\s+96$/);
  expect(text.out).toContain(`mig     ${mig.definition}`);
  expect(text.out).toContain(join(run, "tables", "metrics.json"));
});

test("ranks two runs; one alone is a usage error, and so is an unknown metric", async () => {
  const [first, second] = [await trained(1), await trained(2)];
  const ranked = await ran(first, second, "--only", "udr");
  expect(ranked.out).toMatch(/^UDR among the 2 runs: UDR of Duan et al. 2020/);
  const { runs, udr } = JSON.parse((await ran(first, second, "--only", "udr", "--json")).out);
  expect(runs).toEqual([]);
  expect(udr).toHaveLength(2);
  expect(udr[1]).toMatchObject({ path: second, udr: { metric: "udr", samples: { models: 2 } } });
  expect(await ran(first, "--only", "udr")).toMatchObject({ status: 2 });
  expect(await ran(first, "--only", "mgi")).toMatchObject({ status: 2 });
});
