/**
 * `node dist-bench/bench/metrics.js RUN`: how long the whole metric suite takes on a trained run, encoding included,
 * stage by stage. Wall time says what a person waits; processor time is what counts on a machine that others use.
 *
 *     npx tsc -p tsconfig.bench.json && node dist-bench/bench/metrics.js runs/sprites-beta4
 */

import { createRuntime } from "../src/runtime/node.ts";
import { createWorkbench } from "../src/workbench/index.ts";
import { describeMachine } from "./machine.ts";

const [run, ...others] = process.argv.slice(2);
if (run === undefined || others.length > 0) {
  console.error("usage: node dist-bench/bench/metrics.js RUN");
  process.exit(2);
}

interface Stage {
  readonly name: string;
  readonly wall: number;
  readonly processor: number;
}

const stages: Stage[] = [];
let current = { name: "opening", wall: performance.now(), processor: process.cpuUsage() };
function enter(name: string): void {
  if (name === current.name) return;
  const { user, system } = process.cpuUsage(current.processor);
  stages.push({
    name: current.name,
    wall: (performance.now() - current.wall) / 1000,
    processor: (user + system) / 1e6,
  });
  current = { name, wall: performance.now(), processor: process.cpuUsage() };
}

const { value } = await createWorkbench().metrics(
  [run],
  {},
  {
    onEvent: (event) => {
      if (event.type === "stage") enter(event.stage);
    },
  },
);
const metrics = value.runs[0]!;
enter("done");

const { cpu, cores, node } = describeMachine(await createRuntime());
console.log(`${cpu}, ${cores} cores, Node ${node}`);
console.log(
  `${metrics.run} on ${metrics.data}: ${metrics.images} images, ${metrics.latentDim} latents, 10 000/5 000 samples`,
);
const sum = (pick: (stage: Stage) => number) => stages.reduce((total, stage) => total + pick(stage), 0);
const total = { name: "all", wall: sum((stage) => stage.wall), processor: sum((stage) => stage.processor) };
for (const { name, wall, processor } of [...stages, total]) {
  console.log(
    `${name.padEnd(36)} ${wall.toFixed(1).padStart(7)} s  ${processor.toFixed(1).padStart(7)} s processor`,
  );
}
