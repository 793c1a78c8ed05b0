/** `examples/` as a user has them: outside the repository, against the doors of the built package. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { createRuntime } from "../src/runtime/node.ts";
import { browserPages, hasBrowser } from "./helpers/browser.ts";
import { userProject } from "./helpers/outside.ts";
import { notBuilt } from "./helpers/processes.ts";

if (notBuilt !== undefined) console.warn(`tests of the examples are skipped: ${notBuilt}`);
const { folder, node, betalab } = userProject();
const openPage = browserPages();
const at = (...parts: string[]) => join(folder, ...parts);

test("each is at most 60 lines", () => {
  for (const name of readdirSync(at()).filter((name) => /\.(js|html|yaml)$/.test(name))) {
    expect(readFileSync(at(name), "utf8").split("\n").length, name).toBeLessThanOrEqual(60);
  }
});

test.skipIf(notBuilt !== undefined)(
  "their types hold in strict mode, against the doors' declarations",
  () => {
    const from = (path: string) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
    const options = [
      "--allowJs",
      "--checkJs",
      "--strict",
      "--noEmit",
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--target",
      "es2023",
    ];
    const libraries = ["--skipLibCheck", "--types", "node", "--typeRoots", from("@types")];
    const names = readdirSync(at()).filter((name) => name.endsWith(".js"));
    const { out } = node(from("typescript/bin/tsc"), ...options, ...libraries, ...names);
    expect(out).toBe("");
  },
);

describe.skipIf(notBuilt !== undefined)("betalab.config.js", () => {
  const own = ["--config-module", "betalab.config.js"];
  // biome-ignore lint/suspicious/noExplicitAny: values as they are printed
  let trained: any;

  beforeAll(() => {
    trained = betalab("train", "discs", "--out", "run", ...own);
  });

  test("help lists the own job, and says its options", () => {
    const help = (...argv: string[]) => node("node_modules/betalab/bin/betalab.js", ...argv).out;
    expect(help("--help")).toMatch(/neighbours \[options\] <run> +held-out images beside their nearest/);
    expect(help("neighbours", "--help")).toMatch(
      /--rows <number> +images to look at, from the first \(default: 6\)/,
    );
  });

  test("config: own kinds with their defaults and what is shipped", () => {
    const { config, origins } = betalab("config", "discs", "--set", "objective.slope=2");
    expect(config).toMatchObject({
      data: { source: "discs", places: 8, batchSize: 32 },
      model: { architecture: "residualMlp", width: 64, blocks: 2 },
      objective: { kind: "ordered", slope: 2 },
      optimizer: { kind: "lion", beta1: 0.9, beta2: 0.99 },
    });
    expect(origins["optimizer.kind"]).toBe("preset discs");
  });

  test("train: it learns, and the run knows what it needs", () => {
    expect(trained).toMatchObject({ status: "finished", step: 150 });
    // A model that ignores its images would leave the entropy of the mean image, 95 nats; the KL is worth its price.
    expect(trained.heldOut.negativeElbo).toBeLessThan(90);
    expect(trained.heldOut.kl).toBeGreaterThan(1);
    const { extensions } = JSON.parse(readFileSync(at("run", "run.json"), "utf8"));
    expect(
      extensions.map(({ registry, name }: Record<string, string>) => [registry, name]).toSorted(),
    ).toEqual([
      ["architectures", "residualMlp"],
      ["objectives", "ordered"],
      ["optimizers", "lion"],
      ["sources", "discs"],
    ]);
    const lines = readFileSync(at("run", "metrics.jsonl"), "utf8").trim().split("\n");
    const last = lines.map((line) => JSON.parse(line)).findLast(({ split }) => split === "train");
    // The term that the objective logs: Σ (1 + d/2)·KL_d lies between KL and 2.5 KL for four latents.
    expect(last.price).toBeGreaterThan(last.kl);
    expect(last.price).toBeLessThan(2.5 * last.kl);
  });

  test("evaluate and metrics, the own one among them", () => {
    expect(betalab("evaluate", "run", "--samples", "10").importance.negativeElbo.mean).toBeLessThan(90);
    const { runs } = betalab("metrics", "run", "--only", "straightness", "--only", "mig", "--train", "500");
    const [straight, mig] = runs[0].results;
    expect(straight).toMatchObject({ metric: "straightness", unit: "share", better: "higher" });
    expect(straight.parts.perFactor).toHaveLength(3);
    expect(straight.score).toBeGreaterThan(0.3);
    expect(mig.metric).toBe("mig");
  });

  test("report: the own net's decoder runs in it", async (context) => {
    const { paths } = betalab("report", "run");
    expect(paths).toEqual([join("run", "report.html")]);
    if (!hasBrowser) return context.skip("there is no browser");
    const { page, problems } = await openPage(at("run", "report.html"));
    const decoded = page.locator('#decoded[aria-busy="false"]');
    await decoded.waitFor();
    const before = await decoded.screenshot();
    await page.getByRole("slider", { name: "Latent 0" }).fill("2.5");
    await expect.poll(() => decoded.getAttribute("data-latent")).toMatch(/^2\.5,/);
    expect((await decoded.screenshot()).equals(before)).toBe(false);
    expect(problems).toEqual([]);
  });

  test("the own prior: trained, evaluated, drawn from, exported and read back", async () => {
    const kind = ["--set", "model.prior={kind: ring, radius: 3}"];
    const { status, heldOut } = betalab("train", "discs", "--out", "ringed", ...own, ...kind);
    expect([status, heldOut.negativeElbo < 91]).toEqual(["finished", true]);
    const { extensions } = JSON.parse(readFileSync(at("ringed", "run.json"), "utf8"));
    expect(extensions.map(({ name }: { name: string }) => name)).toContain("ring");
    expect(betalab("evaluate", "ringed", "--samples", "10").importance.negativeElbo.mean).toBeLessThan(91);
    betalab("export", "ringed", "--out", "ringed-model", ...own);
    const runtime = await createRuntime();
    const session = await runtime.open(readFileSync(at("ringed-model", "prior.onnx")), "prior.onnx");
    const { mean, logVariance, logWeights } = await session.run({});
    await session.release();
    const numbers = (tensor: typeof mean) => [...(tensor!.data as Float32Array)];
    for (const [k, weight] of numbers(logWeights).entries()) {
      expect(weight).toBeCloseTo(-Math.log(8), 6);
      const [x, y, ...others] = numbers(mean).slice(4 * k, 4 * k + 4);
      expect(Math.hypot(x!, y!)).toBeCloseTo(3, 5);
      expect(others).toEqual([0, 0]);
    }
    // One width, learned from exp(−2) on, for the two of the circle.
    const [width, same, ...others] = numbers(logVariance).slice(0, 4);
    expect([same, ...others.map(Math.abs)]).toEqual([width, 0, 0]);
    expect(Math.abs(width! + 2)).toBeGreaterThan(0.01);
    const { paths } = betalab("sample", "ringed-model", "--count", "9", ...own);
    expect(existsSync(at(paths[0]))).toBe(true);
  });

  test("the own job: its picture and its value", async () => {
    const { paths, images, distances } = betalab("neighbours", "run", "--rows", "2", "--count", "3");
    expect(images).toBe(19);
    for (const row of distances) expect(row).toEqual(row.toSorted((a: number, b: number) => a - b));
    expect(distances.map((row: number[]) => row.length)).toEqual([3, 3]);
    const { width, height } = await sharp(at(paths[0])).metadata();
    expect(width! / height!).toBeCloseTo(4 / 2, 0);
  });

  test("a sweep: the own objective's key varied, the own metric and job after each training", () => {
    const { runs } = betalab("sweep", "sweep.yaml", "--out", "swept");
    expect(
      runs.map(({ name, status, settings }: Record<string, unknown>) => [name, status, settings]),
    ).toEqual([
      ["slope-0", "finished", { "objective.slope": 0 }],
      ["slope-1", "finished", { "objective.slope": 1 }],
    ]);
    for (const name of ["slope-0", "slope-1"]) {
      expect(existsSync(at("swept", name, "figures", "neighbours.png")), name).toBe(true);
      const { results } = JSON.parse(readFileSync(at("swept", name, "tables", "metrics.json"), "utf8"));
      expect(results.map(({ metric }: { metric: string }) => metric)).toEqual(["straightness"]);
    }
  });

  test("from a program: given in code, and loaded from the file", () => {
    writeFileSync(
      at("program.js"),
      `import { createWorkbench, loadWorkbench } from "betalab";
      import mine from "./betalab.config.js";
      for (const workbench of [createWorkbench(mine), await loadWorkbench("betalab.config.js")]) {
        const { value, artifacts } = await workbench.run("neighbours", "run", { rows: 1, count: 2 });
        console.log(value.distances[0].length, artifacts.map(({ kind }) => kind).join());
      }`,
    );
    expect(node("program.js")).toEqual({ status: 0, out: "2 picture\n2 picture\n", err: "" });
  });
});

describe.skipIf(notBuilt !== undefined)("programs", () => {
  test("mig-of-codes: a turned code loses its gap", () => {
    const { out } = node("mig-of-codes.js");
    const scores = [...out.matchAll(/MIG (\d\.\d\d)/g)].map(([, score]) => Number(score));
    expect(scores[0]).toBeGreaterThan(0.97);
    expect(scores[1]).toBeLessThan(0.6);
    // At 45° both codes know as much of each place.
    expect(scores[2]).toBeLessThan(0.05);
  });

  test("traversal-gif: a GIF in memory, no file", async () => {
    const before = readdirSync(at());
    writeFileSync(
      at("gif.js"),
      `import { bytes } from "./traversal-gif.js"; process.stdout.write(" " + Buffer.from(bytes).toString("base64"));`,
    );
    const { out, status, err } = node("gif.js");
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^\d+ bytes of GIF; latents by KL: \d(,\d){3}\n/);
    const { format, pages, loop } = await sharp(Buffer.from(out.split(" ").at(-1)!, "base64"), {
      pages: -1,
    }).metadata();
    // Nine frames there, seven back.
    expect([format, pages, loop]).toEqual(["gif", 16, 0]);
    expect(readdirSync(at())).toEqual([...before, "gif.js"].toSorted());
  });

  test("training-loop: a line an epoch, and the chart goes down", () => {
    const lines = node("training-loop.js").out.trim().split("\n");
    expect(lines).toHaveLength(12);
    const [, elbo, reconstruction, kl, chart] =
      /−ELBO ([\d.]+) = ([\d.]+) \+ ([\d.]+) nats {2}(\S+)$/.exec(lines.at(-1)!) ?? [];
    expect(Number(reconstruction) + Number(kl)).toBeCloseTo(Number(elbo), 0);
    expect(chart).toHaveLength(12);
    expect([chart!.at(0), chart!.at(-1)]).toEqual(["█", "▁"]);
  });

  test("abort-and-resume: the same weights, bit for bit", () => {
    const { out } = node("abort-and-resume.js");
    expect(out).toMatch(
      /^interrupted at step (\d+) of (\d+), then finished\nthe same weights, bit for bit\n$/,
    );
    const [half, whole] = [...out.matchAll(/\d+/g)].map(Number);
    expect(half).toBeGreaterThanOrEqual(Math.floor(whole! / 2));
    expect(half).toBeLessThan(whole!);
  });
});

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

test.skipIf(notBuilt !== undefined || !hasBrowser)(
  "decoder-page: onnxruntime-web draws what the sliders say",
  async () => {
    betalab(
      "train",
      "demo",
      "--out",
      "digits",
      "--epochs",
      "1",
      "--set",
      "data.count=300",
      "--set",
      "model.hidden=[32]",
      "--set",
      "model.latentDim=3",
    );
    const roots = { dist: "node_modules/onnxruntime-web/dist", model: "digits/model" };
    const server = createServer(({ url = "/" }, response) => {
      const name = url.split("/").at(-1)!;
      const file = [at(name), at(roots.dist, name), at(roots.model, name)].find(existsSync);
      if (file === undefined) return response.writeHead(name === "favicon.ico" ? 204 : 404).end();
      response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" });
      response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { page, problems } = await openPage(
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/decoder-page.html`,
      );
      await expect.poll(() => page.title(), { timeout: 30_000 }).toBe("z = 0, 0, 0");
      const pixels = () =>
        page.locator("canvas").evaluate((canvas) => (canvas as never as { toDataURL(): string }).toDataURL());
      const middle = await pixels();
      await page.locator("input").nth(1).fill("3");
      await expect.poll(() => page.title()).toBe("z = 0, 3, 0");
      expect(await pixels()).not.toBe(middle);
      expect(problems).toEqual([]);
    } finally {
      server.close();
    }
  },
);
