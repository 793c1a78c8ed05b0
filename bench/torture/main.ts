/**
 * `npm run torture -- --minutes 20 --seed 1`: tries to break betalab, one ordeal after another until the time is over,
 * and prints a table of what was tried and what failed. Fails where a promise was broken.
 */

import { parseArgs } from "node:util";
import { BetalabError } from "../../src/base/errors.ts";
import { campaign, ordeals } from "./campaign.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "5" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      only: { type: "string", default: "" },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0 && Number.isSafeInteger(seed))) {
    throw new BetalabError("usage", `--minutes ${values.minutes} --seed ${values.seed}: both are numbers`);
  }
  const chosen = ordeals.filter(({ name }) => name.includes(values.only));
  if (chosen.length === 0) {
    throw new BetalabError(
      "usage",
      `--only: "${values.only}"`,
      `a part of: ${ordeals.map(({ name }) => name).join("; ")}`,
    );
  }
  console.log(`seed ${seed}, ${minutes} minutes`);
  const results = await campaign(chosen, { minutes, seed, log: console.log });
  console.log("\n| what is done | tried | failed |\n| --- | --- | --- |");
  for (const { name, tried, failed } of results) console.log(`| ${name} | ${tried} | ${failed} |`);
  if (results.some(({ failed }) => failed > 0)) process.exitCode = 1;
}

await main();
