/**
 * `npm run simulate`: what `compare` says of runs whose truth is known. Each row is a design, a number of measures and
 * a noise; its numbers are how often the verdict names a difference that is none, and how often one that is there.
 * Beside it stand the same tests with the noise known, and what was done until November 2026.
 */

import { parseArgs } from "node:util";
import { resolveConfig } from "../../src/config/node.ts";
import { createRuntime } from "../../src/runtime/node.ts";
import { describeMachine } from "../machine.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "2000" },
    seed: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
const repeats = Number(values.repeats);
const chosen = scenarios.filter(({ name }) => values.only === undefined || name.includes(values.only));
const { cpu, cores, node } = describeMachine(await createRuntime());
const config = resolveConfig("demo", {}).config;
console.log(`npm run simulate -- --repeats ${repeats} --seed ${values.seed}`);
console.log(`${new Date().toISOString().slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}\n`);
console.log("| runs | measures | false findings | before | found | before | noise known | Welch |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
const percent = (share: number): string =>
  Number.isNaN(share) ? "" : `${(100 * share).toFixed(share < 0.1 || share > 0.9 ? 1 : 0)} %`;
for (const scenario of chosen) {
  const row = simulate(scenario, config, { repeats, seed: Number(values.seed) });
  const cells = [
    row.falseFindings,
    row.before.falseFindings,
    row.found,
    row.before.found,
    row.ideal,
    row.welch,
  ];
  console.log(`| ${describe(scenario)} | ${scenario.measures} | ${cells.map(percent).join(" | ")} |`);
}

function describe({ name, settings, seeds }: Scenario): string {
  return `${settings} × ${seeds}: ${name}`;
}
