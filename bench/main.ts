/**
 * `npm run bench`: every training step of `steps.ts` through the project's own training loop, beside the
 * machine's own peak and, with `--peer`, beside another framework in the same run. Timings are never a test's
 * pass or fail: this prints, and people judge.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BetalabError, exitStatus, suggest } from "../src/base/errors.ts";
import { createRuntime } from "../src/runtime/node.ts";
import { buildVae } from "../src/workbench/build.ts";
import { type Contestant, measure } from "./contestant.ts";
import { stepFlops } from "./flops.ts";
import { describeMachine } from "./machine.ts";
import { ours } from "./ours.ts";
import { measurePeak } from "./peak.ts";
import { type Heat, peers } from "./peers.ts";
import { drawPictures, endless, writePictures } from "./pictures.ts";
import { formatReport, type PeerReport, type Report, type StepReport } from "./report.ts";
import { type BenchStep, chooseSteps, steps } from "./steps.ts";

const USAGE = `npm run bench -- [options]

  --only NAME      measure this step alone; may be given again (${steps.map(({ name }) => name).join(", ")})
  --peer NAME      interleave a peer: ${Object.keys(peers).join(", ")}; may be given again
  --modules DIR    folder whose node_modules holds the npm packages of jax-js and tfjs (default: .)
  --seconds S      time for each contestant on each step (default: 6)
  --rounds N       turns that this time is divided into (default: 12)
  --threads N      threads (default: all)
  --json           the result as JSON on stdout`;

async function main(): Promise<void> {
  const { values } = parseArguments();
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const seconds = positive("--seconds", values.seconds);
  const rounds = positive("--rounds", values.rounds);
  const chosen = chooseSteps(values.only);
  const runtime = await createRuntime(
    values.threads === undefined ? {} : { threads: positive("--threads", values.threads) },
  );
  const opened = values.peer.map((name) => {
    const open = peers[name];
    if (open === undefined) {
      throw new BetalabError(
        "usage",
        `--peer ${name}: there is no such peer`,
        suggest(name, Object.keys(peers)),
      );
    }
    return { name, open };
  });
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const machine = describeMachine(runtime);
  if (machine.load > 0.5)
    progress(
      `others are at work (load ${machine.load.toFixed(1)}): measure again when it is quiet, threads that wait for each other suffer most`,
    );
  const folder = mkdtempSync(join(tmpdir(), "betalab-bench-"));

  async function measureStep(step: BenchStep): Promise<StepReport> {
    const pixels = drawPictures(step.image);
    const pictures = join(folder, `${step.name}.bin`);
    writePictures(pictures, pixels);
    const heats: { name: string; heat: Heat }[] = [];
    let mine: Contestant | undefined;
    try {
      for (const { name, open } of opened) {
        progress(`${step.name}: trying ${name}`);
        const heat = await open(step, { pictures, threads: runtime.threads, modules: values.modules });
        if (heat !== undefined) heats.push({ name, heat });
      }
      progress(`${step.name}: measuring`);
      mine = await ours(step, endless(pixels, step.image), runtime);
      for (const peer of heats.flatMap(({ heat }) => heat.fastest)) {
        if (peer.parameterCount !== mine.parameterCount) {
          throw new Error(
            `internal: ${peer.name} has ${peer.parameterCount} weights, not ${mine.parameterCount}`,
          );
        }
      }
      const everyone = [mine, ...heats.flatMap(({ heat }) => heat.fastest)];
      const results = await measure(everyone, { seconds, rounds });
      const flops = stepFlops(buildVae(step.config, step.image), step.config.data.batchSize);
      return {
        name: step.name,
        title: step.title,
        batchSize: step.config.data.batchSize,
        stepsPerCall: step.config.training.stepsPerCall,
        parameterCount: mine.parameterCount,
        flops,
        result: results.get(mine)!,
        peers: heats.map(({ name, heat }): PeerReport => {
          const ranked = heat.fastest
            .map((peer) => ({ setting: peer.name, result: results.get(peer)! }))
            .toSorted((a, b) => a.result.median - b.result.median);
          return { name, tried: heat.tried, ...ranked[0]! };
        }),
      };
    } finally {
      for (const contestant of [mine, ...heats.flatMap(({ heat }) => heat.fastest)])
        await contestant?.close();
    }
  }

  try {
    const reports: StepReport[] = [];
    progress("measuring the machine's peak");
    const peaks = [await measurePeak(runtime, 1)];
    for (const step of chosen) reports.push(await measureStep(step));
    peaks.push(await measurePeak(runtime, 1));
    const report: Report = {
      machine,
      command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
      date: new Date().toISOString(),
      // Before and after, the better of both: other processes only ever take away.
      peak: peaks.reduce((a, b) => ({
        onnxruntime: Math.max(a.onnxruntime, b.onnxruntime),
        ...(a.openblas !== undefined && { openblas: Math.max(a.openblas, b.openblas ?? 0) }),
      })),
      steps: reports,
    };
    console.log(values.json ? JSON.stringify(report, null, 2) : formatReport(report));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parseArguments() {
  try {
    return parseArgs({
      options: {
        only: { type: "string", multiple: true, default: [] },
        peer: { type: "string", multiple: true, default: [] },
        modules: { type: "string", default: "." },
        seconds: { type: "string", default: "6" },
        rounds: { type: "string", default: "12" },
        threads: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (cause) {
    throw new BetalabError("usage", (cause as Error).message, USAGE, { cause });
  }
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0 && (option === "--seconds" ? Number.isFinite(value) : Number.isInteger(value))) return value;
  throw new BetalabError(
    "usage",
    `${option} ${text}: not a positive ${option === "--seconds" ? "" : "whole "}number`,
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BetalabError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`);
  process.exitCode = exitStatus[error.code];
}
