/** `import`: weights from elsewhere, into a run that everything takes. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import { version } from "../base/version.ts";
import { type Config, type ConfigInput, configuration } from "../config/index.ts";
import { requiredExtensions } from "../config/node.ts";
import { type Dataset, readPytorch } from "../data/node.ts";
import { RunDirectory } from "../runs/index.ts";
import {
  buildModel,
  imageShape,
  inferenceState,
  type KnownNet,
  matchTensors,
  recognise,
  sizesOf,
  unwrapped,
} from "../trained/index.ts";
import { initialProgress, State } from "../training/index.ts";
import type { JobEvent } from "./events.ts";
import { modelArtifacts } from "./export.ts";
import { type Context, defineJob, type Outcome } from "./job.ts";
import { data, runFolder, set, text } from "./options.ts";
import { layersOf } from "./resolve-subject.ts";
import { freeRunPath, openData, recordOf } from "./run-training.ts";
import { fileSink } from "./sinks.ts";

const importOptions = z.strictObject({
  preset: text("the preset or config file whose net it is (default: known by the names of its tensors)"),
  architecture: text("the net, where no preset has it: burgess, conv, …"),
  set,
  data: data.meta({ description: "where the data is that the model is to be looked at with" }),
  out: runFolder,
});

const value = z.object({
  path: z.string().describe("the run directory"),
  net: z.string().describe("what the net was taken for, and by what"),
  image: z
    .object({
      height: z.int().describe("pixels"),
      width: z.int().describe("pixels"),
      channels: z.int().describe("1 for grey, 3 for colour"),
    })
    .describe("pictures that the net takes"),
  latentDim: z.int().describe("latents of the model"),
  parameters: z.int().describe("weights that were imported"),
  tensors: z
    .array(
      z.object({
        name: z.string().describe("the tensor here"),
        shape: z.array(z.int()).describe("of the tensor here"),
        from: z.string().describe("the tensor in the file, with the rows where it is a part of one"),
        by: z.enum(["known name", "name", "order and shape"]).describe("how it was found"),
      }),
    )
    .describe("where each weight came from"),
  ignored: z
    .array(z.string())
    .describe("what is not needed: batch norm's counters, and what a checkpoint holds beside the weights"),
});

export type ImportValue = z.output<typeof value>;

export const importJob = defineJob({
  name: "import",
  summary: "make a run of weights from elsewhere: safetensors, or PyTorch's .pt and .pth",
  example: "betalab import vae.pt --data path/to/mnist",
  takes: "file",
  options: importOptions,
  value,
  run: importWeights,
});

async function* importWeights(
  context: Context<"file">,
  options: z.output<typeof importOptions>,
): AsyncGenerator<JobEvent, Outcome<ImportValue>, void> {
  const file = context.subject;
  const { metadata, ...read } = await readWeights(file);
  const { config: exported, image: pictures, classes: named } = described(metadata, file);
  const { tensors, counters } = unwrapped(read.tensors);
  const net = recognise(tensors);
  const sizes = net && sizesOf(net, tensors);
  const { subject, why } = choose(options, net, exported, file);
  const configs = configuration(context.registries);
  const layers = layersOf(context, options);
  const wanted = configs.resolve(subject, layers).config;
  const known = sizes && wanted.model.architecture === sizes.settings["model.architecture"];
  const settings = known ? [{ origin: file, values: sizes.settings }] : [];
  const { config, origins } = configs.resolve(subject, { ...layers, settings });
  const path = options.out ?? freeRunPath(config);
  RunDirectory.check(path);

  for (const text of notesOf(config, subject, known ? net : undefined)) yield { type: "note", text };
  const found = yield* openWhatIsThere(config, context, options.data);
  try {
    const image = (found && imageShape(found.data)) ?? pictures ?? (known ? sizes.image : undefined);
    if (image === undefined) {
      throw new BetalabError(
        "data",
        `${file} does not say what pictures its net takes`,
        "name data with pictures of that size by `data`, or by `set` data.source",
      );
    }
    const classes = found?.data.train.labels?.names ?? named;
    const { vae, objective } = buildModel(config, image, { classes, registries: context.registries });
    const specs = inferenceState(vae);
    const matches = matchTensors(specs, tensors, known ? net : undefined, basename(file));
    const state = State.restore(
      specs,
      Object.fromEntries(matches.map(({ name, shape, data }) => [name, { dtype: "F32", shape, data }])),
    );
    const extensions = requiredExtensions(config, context.registries);
    const run = RunDirectory.create(path, {
      config,
      origins: Object.fromEntries(origins),
      extensions,
      versions: { betalab: version(), node: process.versions.node },
      data: found
        ? recordOf(found.data, vae.classes, found.directory)
        : {
            name: "unknown data",
            counts: { train: 0, heldOut: 0 },
            image,
            ...(vae.classes && { classes: vae.classes }),
          },
      imported: { file: resolve(file), sha256: read.sha256 },
      seed: config.seed,
      device: "cpu",
      threads: 1,
      epochs: 0,
    });
    try {
      const progress = JSON.stringify(initialProgress(objective));
      run.checkpoints.write({ step: 0, tensors: state.records(), metadata: { progress } });
      const dataName = run.information.data.name;
      const trained = { vae, objective, state, config, step: 0, dataName, extensions };
      await fileSink({ folder: path })({ artifacts: modelArtifacts(trained), stem: "export" });
      run.update({ status: "finished" });
    } finally {
      run.close();
    }
    return {
      value: {
        path,
        net: why,
        image,
        latentDim: vae.latentDim,
        parameters: matches.reduce((sum, { data }) => sum + data.length, 0),
        tensors: matches.map(({ data: _, ...match }) => ({ ...match, shape: [...match.shape] })),
        ignored: [...counters, ...read.others],
      },
    };
  } finally {
    found?.data.close();
  }
}

/** What a file holds, by what it begins with. */
async function readWeights(path: string) {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? `there is no file ${path}` : `can't read ${path}: ${message}`;
    throw new BetalabError("data", problem, undefined, { cause });
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  // Eight bytes of length, then JSON; what `torch.save` writes begins as a zip archive or a pickle.
  return path.endsWith(".safetensors") || bytes[8] === 0x7b
    ? { ...decodeSafetensors(bytes, basename(path)), others: [], sha256 }
    : { ...(await readPytorch(path)), metadata: {}, sha256 };
}

const description = z.object({
  config: z.record(z.string(), z.unknown()).optional(),
  image: z
    .object({ height: z.int().positive(), width: z.int().positive(), channels: z.int().positive() })
    .optional(),
  classes: z.array(z.string()).optional(),
});

/** What the metadata of a model's weights say of it, where betalab exported them. */
function described(metadata: Readonly<Record<string, string>>, file: string): z.output<typeof description> {
  const keys = Object.keys(description.shape).filter((key) => metadata[key] !== undefined);
  try {
    return description.parse(Object.fromEntries(keys.map((key) => [key, JSON.parse(metadata[key]!)])));
  } catch (cause) {
    const which = keys.map((key) => `"${key}"`).join(", ");
    throw new BetalabError(
      "data",
      `${file} has metadata ${which} that no export of betalab wrote`,
      undefined,
      {
        cause,
      },
    );
  }
}

/** The config that the net is built from, and what that rests on. */
function choose(
  { preset, architecture }: Pick<z.output<typeof importOptions>, "preset" | "architecture">,
  net: KnownNet | undefined,
  exported: object | undefined,
  file: string,
): { readonly subject: string | ConfigInput | Config; readonly why: string } {
  const name = basename(file).replace(/\.[^.]+$/, "");
  if (preset !== undefined && architecture !== undefined) {
    throw new BetalabError("usage", "`preset` and `architecture` both name the net", "leave one out");
  }
  if (preset !== undefined) return { subject: preset, why: `the net of ${preset}` };
  if (architecture !== undefined) {
    return { subject: { name, model: { architecture } } as ConfigInput, why: `the net ${architecture}` };
  }
  if (exported !== undefined) return { subject: exported as Config, why: "a model that betalab exported" };
  if (net !== undefined) return { subject: { name, preset: net.preset } as ConfigInput, why: net.of };
  throw new BetalabError(
    "usage",
    `${basename(file)}: the names of its tensors are of no known net`,
    "name the net by `preset` or `architecture`, and its sizes by `set`",
  );
}

/** What no weights tell, and is taken from a preset. */
function notesOf(
  { objective, model, data }: Config,
  subject: string | ConfigInput | Config,
  net: KnownNet | undefined,
): string[] {
  const range =
    model.architecture === "celeba"
      ? ["its net is taken to have been trained on pictures in [−1, 1], as PyTorch-VAE's was until 2021"]
      : [];
  if (net === undefined || typeof subject === "string") return range;
  return [
    `weights don't tell what they were trained for: data ${data.source}, objective ${objective.kind} and likelihood ${model.likelihood.kind} are those of preset ${net.preset}`,
    ...range,
  ];
}

/** The data of the config where it is there; where it isn't, and nobody named a place, nothing. */
async function* openWhatIsThere(
  config: Config,
  context: Context,
  place: string | undefined,
): AsyncGenerator<JobEvent, { data: Dataset; directory: string | undefined } | undefined, void> {
  try {
    return yield* openData(config, { ...context, data: place });
  } catch (error) {
    if (place !== undefined || !(error instanceof BetalabError) || error.code !== "data") throw error;
    yield {
      type: "note",
      text: `the data of the config was not found (${error.message}): the pictures' size is that of the weights; name its place when a job needs it`,
    };
    return undefined;
  }
}
