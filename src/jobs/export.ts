/** `export`: a trained model for other software. */

import { z } from "zod";
import { plural } from "../base/format.ts";
import { takeFirst } from "../data/index.ts";
import { encodeSplit, reconstructions } from "../latent/index.ts";
import {
  floatsOf,
  halved,
  modelFiles,
  type OpenModel,
  type Place,
  precisions,
  pytorchFiles,
  type Trained,
} from "../trained/index.ts";
import { State } from "../training/index.ts";
import { type Teller, telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { openSubject, placeOf } from "./open.ts";
import { computing, flag } from "./options.ts";

/** The files of a model, for a sink. */
export function modelArtifacts(trained: Trained, precision?: (typeof precisions)[number]) {
  return modelFiles(trained, precision).map(
    (file) => ({ kind: "model", step: trained.step, ...file }) as const,
  );
}

/** Held-out images that a rounded model's reconstructions are compared on. */
const COMPARED = 1000;

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  files: z
    .array(z.object({ name: z.string().describe("within the folder"), bytes: z.int().describe("its size") }))
    .describe("what was written"),
  loader: z
    .string()
    .optional()
    .describe("with `pytorch`: pytorch.py, the class that takes pytorch.safetensors"),
  difference: z
    .object({
      images: z.int().describe("held-out images that were reconstructed by both"),
      largest: z
        .number()
        .describe("max |Δ| of their pixels in [0, 1], rounded weights against unrounded ones"),
    })
    .optional()
    .describe("with fp16: what rounding does to reconstructions"),
});

export type ExportValue = z.output<typeof value>;

export const exportJob = defineJob({
  name: "export",
  summary: "write encoder.onnx, decoder.onnx, weights.safetensors and model.json",
  example: "betalab export runs/mnist-mlp-20 --out my-model",
  takes: "model",
  options: z.strictObject({
    precision: z
      .enum(precisions)
      .default("fp32")
      .describe("fp16: weights of 16 bits, half the size; how much reconstructions differ is measured"),
    pytorch: flag(
      "pytorch.safetensors and pytorch.py as well: the weights under their class's names, and the class",
    ),
    ...computing,
  }),
  value,
  artifacts: true,
  destination: "model/ of the run",
  run: (context, { precision, pytorch, ...options }) =>
    telling(context.signal, async (tell) => {
      const place = placeOf(context, options, tell);
      const opened = openSubject(context.subject, place, tell);
      const { step, path } = opened;
      const extra = pytorch ? pytorchFiles(opened) : [];
      const artifacts = [
        ...modelArtifacts(opened, precision),
        ...extra.map((file) => ({ kind: "model", step, ...file }) as const),
      ];
      const difference = precision === "fp16" ? await differenceOf(opened, place, tell) : undefined;
      if (difference) {
        const { images, largest } = difference;
        tell.note(
          `with weights of 16 bits, reconstructions of ${plural(images, "held-out image")} differ by at most ${largest.toPrecision(2)}, pixels in [0, 1]`,
        );
      }
      const files = artifacts.map(({ name, bytes }) => ({ name, bytes: bytes.length }));
      const python = extra.find(({ name }) => name === "pytorch.py");
      const loader = python && new TextDecoder().decode(python.bytes);
      const value = { step, files, ...(loader && { loader }), ...(difference && { difference }) };
      return { value, artifacts, folder: path };
    }),
});

async function differenceOf(opened: OpenModel, place: Place, tell: Teller) {
  const { vae, state } = opened;
  const rounded = Object.entries(state.records()).map(([name, record]) => {
    const bits = halved(record, name);
    return [name, { dtype: "F32", shape: record.shape, data: floatsOf(bits, name) }] as const;
  });
  const both = [state, State.restore(state.specs, Object.fromEntries(rounded))];
  const data = await opened.data(place);
  const runtime = await opened.runtime();
  try {
    const split = takeFirst(data.heldOut, COMPARED);
    const [exact, near] = await Promise.all(
      both.map(async (weights) => {
        const model = { runtime, vae, state: weights };
        return reconstructions(model, split, await encodeSplit(model, split, tell), tell);
      }),
    );
    let largest = 0;
    // Both to their ends, which let their sessions go.
    for (;;) {
      const [one, other] = await Promise.all([exact!.next(), near!.next()]);
      if (one.done || other.done) break;
      for (const [i, value] of one.value.images.entries())
        largest = Math.max(largest, Math.abs(value - other.value.images[i]!));
    }
    return { images: split.images.count, largest };
  } finally {
    data.close();
  }
}
