/**
 * `npm run photographs -- --data DIR --minutes N`: the nets `conv` and `residual` on a folder of photographs at 128×128, each
 * trained for the same time, one after the other: SSIM and PSNR of held-out reconstructions with intervals, what the pictures
 * gain, and how they look. What is trained already is only evaluated again.
 */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createWorkbench } from "betalab";
import { encodePng, layoutBlocks, light } from "betalab/figures/node";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    minutes: { type: "string", default: "60" },
    out: { type: "string", default: "runs/photographs" },
  },
});
const { data, out } = values;
const minutes = Number(values.minutes);
if (data === undefined || !(minutes > 0)) {
  console.error("npm run photographs -- --data FOLDER [--minutes 60] [--out runs/photographs]");
  process.exit(2);
}
const workbench = createWorkbench();

/** Trains from the first step on for the minutes; what a net does after each epoch counts. */
async function trained(net) {
  const path = join(out, net);
  if (existsSync(join(path, "run.json"))) return path;
  const stop = new AbortController();
  const options = { data, out: path, set: [`model.architecture=${net}`], epochs: 100_000 };
  const onEvent = (event) => {
    if (event.type === "prepared")
      console.log(`${net}: ${event.parameters} parameters, ${event.notes.at(-1)}`);
    if (event.type === "start") setTimeout(() => stop.abort(), minutes * 60_000);
  };
  await workbench.train("folder-128", options, { signal: stop.signal, onEvent });
  return path;
}

const interval = ({ mean, low, high }, digits) =>
  `${mean.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;

const found = [];
for (const net of ["conv", "residual"]) {
  const path = await trained(net);
  const { value, artifacts, save } = await workbench.evaluate(path, { data, samples: 10 });
  await save();
  const { psnr, ssim } = value.pictures;
  const nats = value.importance.negativeElbo.mean.toFixed(0);
  console.log(
    `${net}: ${value.checkpoint.step} steps in ${minutes} min; PSNR ${interval(psnr, 2)} dB, SSIM ${interval(ssim, 3)}, −ELBO ${nats} nats, ${psnr.count} held-out pictures`,
  );
  const shown = await workbench.reconstruct(path, { data, count: 8, bare: true });
  const { picture } = shown.artifacts.find(({ kind }) => kind === "picture");
  const title = `${net}, ${value.checkpoint.step} steps in ${minutes} min: originals, reconstructions below`;
  found.push({
    table: artifacts.find(({ kind }) => kind === "table"),
    block: { raster: picture.raster, title },
  });
}

for (const key of ["psnr_db", "ssim"]) {
  const [conv, residual] = found.map(({ table }) => table.rows.map((row) => row[table.heading.indexOf(key)]));
  const gains = residual.map((value, i) => value - conv[i]);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
  const reach = 1.96 * Math.sqrt(variance / gains.length);
  console.log(`${key}, residual − conv on the same picture: ${mean.toFixed(3)} ± ${reach.toFixed(3)}`);
}

const file = join(out, "side-by-side.png");
const blocks = found.map(({ block }) => block);
writeFileSync(file, await encodePng(layoutBlocks(blocks, light, { columns: 1 })));
console.log(file);
