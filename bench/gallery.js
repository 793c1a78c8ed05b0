/**
 * `npm run gallery`: every picture that the seeds end in, from the presets' own runs on MNIST, into a folder of your
 * own (`-- --data DIR --out DIR --epochs N`). With `--demo` the same kinds of picture from the demo's run on digits
 * that are drawn here, into docs/pictures: those are committed, and docs/gallery.md shows them. It types the commands
 * that anyone would type.
 */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "gallery" },
    epochs: { type: "string" },
    demo: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs one command line; its output is shown. */
function betalab(...argv) {
  console.log(`$ betalab ${argv.join(" ")}`);
  const { status } = spawnSync(process.execPath, [join(root, "bin", "betalab.js"), ...argv], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

const data = values.data === undefined ? [] : ["--data", values.data];

/** Trains unless that is done already; returns the run's folder. */
function trained(preset) {
  mkdirSync(values.out, { recursive: true });
  const run = join(values.out, preset);
  const epochs = values.epochs === undefined ? [] : ["--epochs", values.epochs];
  if (!existsSync(run)) {
    if (preset === "demo") betalab("demo", "--out", run);
    else betalab("train", preset, "--out", run, ...data, ...epochs);
  }
  return run;
}

/** Seed 000: two titled grids; the visualiser's animations from draws, from zeros, and backwards. */
function convolutional(preset) {
  const run = trained(preset);
  betalab("reconstruct", run, "--layout", "pair", "--count", "32", ...data);
  const walk = ["--steps", "100", "--one-way", "--columns", "2", "--only", "combined", ...data];
  const into = (name) => ["--out", join(run, "figures", `${name}.gif`)];
  betalab("traverse", run, "--step", "0.2", "--count", "32", ...walk, ...into("normal"));
  betalab("traverse", run, "--step", "0.2", "--from", "zeros", ...walk, ...into("zeros"));
  betalab("traverse", run, "--step", "-0.2", "--from", "zeros", ...walk, ...into("zeros-back"));
  betalab("traverse", run, "--only", "sheet", ...data);
}

/** Seed 001: reconstructions row over row, samples, a transition in ten steps, t-SNE of 1000 test images. */
function fullyConnected(preset) {
  const run = trained(preset);
  betalab("reconstruct", run, "--count", "8", ...data);
  betalab("sample", run, "--count", "10");
  betalab("interpolate", run, "--index", "0,1", "--steps", "10", ...data);
  betalab("embed", run, "--images", ...data);
}

/** Seed 003: reconstructions, 64 samples, KL and decoder weights of each latent. */
function latentUsage(preset) {
  const run = trained(preset);
  betalab("reconstruct", run, "--count", "8", ...data);
  betalab("sample", run, "--count", "64");
  betalab("usage", run, ...data);
  betalab("curves", run);
}

/** The committed ones. */
function demo() {
  const run = trained("demo");
  const out = (name) => ["--out", join(values.out, "pictures", `demo-${name}.png`)];
  betalab("reconstruct", run, "--layout", "pair", ...out("reconstruct"));
  betalab("reconstruct", run, "--by", "worst", "--count", "16", ...out("worst"));
  betalab("sample", run, ...out("sample"));
  betalab("interpolate", run, "--from-label", "3", "--to-label", "8", ...out("interpolate"));
  betalab("traverse", run, "--only", "sheet", ...out("traverse"));
  betalab(
    "traverse",
    run,
    "--only",
    "combined",
    "--dims",
    "2,4,6,8",
    "--steps",
    "15",
    "--count",
    "9",
    ...out("traverse"),
  );
  betalab("embed", run, "--method", "pca", ...out("pca"));
  betalab("embed", run, "--method", "tsne", "--images", ...out("tsne"));
  betalab("embed", run, "--method", "umap", ...out("umap"));
  betalab("usage", run, "--order", "kl", ...out("usage"));
  betalab("manifold", run, "--dims", "0,1", "--size", "15", ...out("manifold"));
  betalab("curves", run, ...out("curves"));
  betalab("progress", run, "--of", "samples", "--frames", "8", ...out("progress"));
  const kept = [
    ...["reconstruct", "worst", "sample", "interpolate", "interpolate-grid-linear"].map(
      (name) => `${name}.png`,
    ),
    ...["traverse", "tsne-images", "manifold"].map((name) => `${name}.png`),
    ...["pca", "tsne", "umap", "usage", "usage-over-training", "curves"].map((name) => `${name}.svg`),
    ...["interpolate", "traverse-all", "progress"].map((name) => `${name}.gif`),
  ];
  for (const name of kept) {
    cpSync(join(values.out, "pictures", `demo-${name}`), join(root, "docs", "pictures", `demo-${name}`));
  }
}

if (values.demo) demo();
else {
  for (const preset of ["mnist-conv-beta10", "mnist-conv-beta1"]) convolutional(preset);
  fullyConnected("mnist-mlp-400-400-20");
  for (const variant of ["", "-annealed", "-soft-free-bits"]) latentUsage(`mnist-mlp-50${variant}`);
}
