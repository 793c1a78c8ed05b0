/** What a lab begins with: its runtime, its data, a checkpoint, and what it tells the page of them. */

import { decodeSafetensors, type TensorRecord } from "../../../src/base/safetensors.ts";
import { arrays, type Dataset, isBinary } from "../../../src/data/index.ts";
import { decoderProgram, encoderProgram, type Half } from "../../../src/latent/index.ts";
import { createRuntime, type Device, type Runtime } from "../../../src/runtime/web.ts";
import { inferenceState, progressOf } from "../../../src/trained/web.ts";
import { State, type TrainingJob, type train } from "../../../src/training/index.ts";
import type { BroughtData, Checkpoint, LabEvent, LayerDrawing, Opened, OpenRequest } from "./protocol.ts";

/** Steps of a whole epoch. */
export const stepsPerEpoch = (data: Dataset, { batchSize }: TrainingJob): number =>
  Math.floor(data.train.images.count / batchSize) || 1;

export function opened({
  job,
  data,
  runtime,
  state,
  trainedOn,
  ...now
}: {
  readonly job: TrainingJob;
  readonly data: Dataset;
  readonly runtime: Runtime;
  readonly state: State;
  readonly trainedOn: Checkpoint["data"];
} & Pick<Opened, "step" | "scalars" | "shown">): Opened {
  const { vae, epochs } = job;
  const { heldOut, train, name, fingerprint, notes } = data;
  const caveat = vae.decoding.caveat({ binary: isBinary(heldOut.images) });
  const perEpoch = stepsPerEpoch(data, job);
  const isOther = trainedOn?.fingerprint !== undefined && trainedOn.fingerprint !== fingerprint;
  return {
    kind: "opened",
    image: vae.image,
    latentDim: vae.latentDim,
    classes: vae.classes,
    encoder: layersOf(encoderProgram(vae)),
    decoder: layersOf(decoderProgram(vae)),
    parameters: state.parameterCount,
    dataName: name,
    fingerprint,
    counts: { train: train.images.count, heldOut: heldOut.images.count },
    stepsPerEpoch: perEpoch,
    totalSteps: perEpoch * epochs,
    engine: engineOf(runtime),
    threads: runtime.threads,
    notes: [
      ...notes,
      ...(isOther
        ? [`this is ${name}, other data than ${trainedOn.name} that the model was trained on`]
        : []),
      ...(vae.hasStandardPrior
        ? []
        : ["the prior of this model is learned; samples and the KL of each latent here are of N(0, I)"]),
      ...(runtime.note ? [runtime.note] : []),
      ...(caveat ? [caveat] : []),
    ],
    coloring: coloringOf(heldOut),
    ...now,
  };
}

/** A runtime for the device, or WebAssembly where the page doesn't have it, which is told. */
export async function openRuntime(
  device: Device,
  threads: number | undefined,
  tell: (event: LabEvent) => void,
): Promise<Runtime> {
  if (device === "webgpu") {
    try {
      return await createRuntime({ device });
    } catch (error) {
      tell({ kind: "note", text: `${(error as Error).message}: WebAssembly is used` });
    }
  }
  return createRuntime({ threads: threads ?? Math.min(MOST_THREADS, cores) });
}

const { hardwareConcurrency: cores = 1 } =
  (globalThis as { navigator?: { readonly hardwareConcurrency?: number } }).navigator ?? {};
/** Beyond these a step of a net of a page's size has too little for each. */
const MOST_THREADS = 8;

/** "betalab's WebAssembly, one thread" */
export function engineOf({ device, description, threads }: Runtime): string {
  if (device !== "cpu") return description;
  return `${description}, ${threads === 1 ? "one thread" : `${threads} threads`}`;
}

export function broughtDataset(
  { range, labels, ...data }: BroughtData,
  options: { readonly limit?: number | undefined; readonly heldOut?: unknown },
): Dataset {
  return arrays({
    ...data,
    ...(range && { range }),
    ...(labels && { labels }),
    ...(typeof options.heldOut === "number" && { heldOut: options.heldOut }),
  });
}

/** The state of a lab that was just opened: that of the checkpoint, of the weights that are shown, or a random one. */
export function stateToBegin(
  { vae }: TrainingJob,
  { config, shown }: OpenRequest,
  from: { readonly tensors: Readonly<Record<string, TensorRecord>> } | undefined,
): State {
  const specs = inferenceState(vae);
  if (from !== undefined) return State.restore(specs, from.tensors);
  if (shown === undefined) return State.initial(specs, config.seed);
  return State.restore(specs, decodeSafetensors(shown.weights, "the model that comes with the page").tensors);
}

export function restored(
  file: Uint8Array,
  step: number,
): NonNullable<NonNullable<Parameters<typeof train>[1]>["from"]> {
  const where = `step-${step}.safetensors`;
  const { tensors, metadata } = decodeSafetensors(file, where);
  return { progress: progressOf({ step, tensors, metadata }, where), tensors };
}

function layersOf({ weights }: Half): LayerDrawing[] {
  return weights
    .filter(({ kind, shape }) => kind === "parameter" && shape.length >= 2)
    .map(({ name, shape }) => ({ name, shape }));
}

/** Labels of the map's points, or the first factor that has levels to tell apart. */
function coloringOf({ labels, factors, images: { count } }: Dataset["heldOut"]): Opened["coloring"] {
  if (labels !== undefined) return { name: "label", names: labels.names, values: Array.from(labels.values) };
  if (factors === undefined) return undefined;
  const columns = factors.factors.length;
  const column = factors.factors.findIndex(({ values }) => values.length > 1);
  const { name, values } = factors.factors[column]!;
  return {
    name,
    names: values.map((value) => String(Number(value.toPrecision(3)))),
    values: Array.from({ length: count }, (_, i) => factors.levels[i * columns + column]!),
  };
}
