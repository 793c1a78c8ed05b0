/** An exported model, opened by a fresh session, gives what the run itself gives. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { noisePixels } from "../../test/helpers/models.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import type { Value } from "../graph/index.ts";
import { exportJob } from "../jobs/export.ts";
import { train } from "../jobs/train.ts";
import { decoderProgram, encoderProgram, priorDraws } from "../latent/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { OpenRun, openModel } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});

const models: [string, string[]][] = [
  ["mlp", ["objective.beta=4"]],
  [
    "conv",
    [
      "model.architecture=conv",
      "model.width=4",
      "model.hidden=16",
      "model.likelihood={kind: gaussian, sigma: 0.2}",
    ],
  ],
  ["learned", ["model.likelihood={kind: gaussian, sigma: learned}"]],
  // Batch norm must have been exported with its running moments.
  [
    "celeba",
    [
      "model.architecture=celeba",
      "model.likelihood={kind: gaussian, sigma: 0.5}",
      "data.size=64",
      "data.count=20",
      "training.epochs=1",
      "data.batchSize=6",
    ],
  ],
];

describe.each(models)("%s", (name, settings) => {
  const path = join(folder, name);
  let opened: OpenRun;
  beforeAll(async () => {
    await runJob(train, smallConfig(...settings), { out: path });
    opened = OpenRun.open(path);
  });

  const file = (last: string) => new Uint8Array(readFileSync(join(path, "model", last)));

  test.each([1, 7])("both halves give the run's own outputs to 1e-5, batch %i", async (batch) => {
    const { vae, state } = opened;
    const pixels = noisePixels(batch, vae.image);
    const image: Value = {
      ...pixels,
      dtype: "float32",
      data: Float32Array.from(pixels.data, (x) => x / 255),
    };
    const latent: Value = { dtype: "float32", shape: [batch, 2], data: priorDraws(batch, 2, 5) };
    const halves: [string, ReturnType<typeof encoderProgram>["program"], Record<string, Value>][] = [
      ["encoder.onnx", encoderProgram(vae).program, { image }],
      ["decoder.onnx", decoderProgram(vae).program, { latent }],
    ];
    for (const [last, program, data] of halves) {
      const own = await runtime.compile(program);
      const fresh = await runtime.open(file(last), last);
      const expected = await own.run({ ...state.feeds(program), ...data });
      const found = await fresh.run(data);
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
      for (const [output, value] of Object.entries(expected)) {
        expect(found[output]!.shape).toEqual(value.shape);
        const values = found[output]!.data as Float32Array;
        const worst = (value.data as Float32Array).reduce(
          (most, x, i) => Math.max(most, Math.abs(x - values[i]!)),
          0,
        );
        expect(worst, `${last} ${output}`).toBeLessThan(1e-5);
      }
      await own.release();
      await fresh.release();
    }
  });

  test("both files say β, the data and the scaling", () => {
    for (const last of ["encoder.onnx", "decoder.onnx"]) {
      const { metadataProps, docString } = fromBinary(ModelProtoSchema, file(last));
      const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
      expect(metadata).toMatchObject({
        name: "demo",
        data: "digits",
        latentDim: "2",
        steps: String(opened.step),
        beta: name === "mlp" ? "4" : "1",
      });
      expect(metadata.scaling).toContain("images in [0, 1]");
      expect(Number(metadata.betaNorm)).toBeCloseTo(
        (Number(metadata.beta) * 2) / (opened.vae.image.height * opened.vae.image.width),
        12,
      );
      expect(docString).toContain("2 latents");
    }
    const model = JSON.parse(new TextDecoder().decode(file("model.json")));
    expect(model).toMatchObject({
      format: 1,
      latentDim: 2,
      config: { name: "demo" },
      image: opened.vae.image,
    });
  });

  test("weights.safetensors holds the checkpoint's weights by PyTorch's names, and no optimiser state", () => {
    const { tensors, metadata } = decodeSafetensors(file("weights.safetensors"), "weights.safetensors");
    const names = Object.keys(tensors);
    expect(names.filter((one) => /moment/i.test(one))).toEqual([]);
    for (const one of names) {
      expect(one).toMatch(
        /^(en|de)coder\.\w+\.(weight|bias|running_mean|running_var)$|^likelihood\.unclipped_log_sigma$/,
      );
      // As bytes: comparing four million numbers one by one takes seconds.
      const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
        Buffer.from(buffer, byteOffset, byteLength);
      expect(bytes(tensors[one]!.data).equals(bytes(opened.state.get(one))), one).toBe(true);
    }
    expect(metadata.likelihood).toContain(name === "mlp" ? "bernoulli" : "gaussian");
    if (name === "mlp") {
      expect(Object.fromEntries(names.map((one) => [one, tensors[one]!.shape]))).toEqual({
        "encoder.fc1.weight": [8, 784],
        "encoder.fc1.bias": [8],
        "encoder.mean.weight": [2, 8],
        "encoder.mean.bias": [2],
        "encoder.log_variance.weight": [2, 8],
        "encoder.log_variance.bias": [2],
        "decoder.fc1.weight": [8, 2],
        "decoder.fc1.bias": [8],
        "decoder.output.weight": [784, 8],
        "decoder.output.bias": [784],
      });
    }
    if (name === "celeba") expect(names.filter((one) => one.endsWith("running_var"))).toHaveLength(10);
  });

  test("says what a log-density needs, and is opened again with all of it", async () => {
    const { likelihoodInForce } = JSON.parse(new TextDecoder().decode(file("model.json")));
    const again = openModel(join(path, "model"));
    const [own, exported] = [await opened.compile(), await again.compile()];
    const images = { ...noisePixels(3, opened.vae.image), ...opened.vae.image, count: 3 };
    const latents = priorDraws(3, 2, 5);
    const pixels = { ...images, pixels: images.data, channels: images.channels as 1 | 3 };
    const found = await exported.weigh(pixels, latents);
    expect(found).toEqual(await own.weigh(pixels, latents));
    if (name === "mlp") expect(likelihoodInForce).toBeUndefined();
    else {
      // −ln p(x|z) from the exported picture and σ alone.
      const { sigma } = likelihoodInForce;
      const { metadataProps } = fromBinary(ModelProtoSchema, file("decoder.onnx"));
      const told = metadataProps.find(({ key }) => key === "likelihoodInForce")!.value;
      expect(JSON.parse(told)).toEqual(likelihoodInForce);
      const session = await runtime.open(file("decoder.onnx"), "decoder.onnx");
      const { image } = await session.run({ latent: { dtype: "float32", shape: [3, 2], data: latents } });
      const size = image!.data.length / 3;
      for (const i of [0, 1, 2]) {
        let nats = size * (Math.log(sigma.value) + 0.5 * Math.log(2 * Math.PI));
        for (let at = i * size; at < (i + 1) * size; at++) {
          nats += (images.data[at]! / 255 - Number(image!.data[at])) ** 2 / (2 * sigma.value ** 2);
        }
        expect(found[i]! / nats).toBeCloseTo(1, 4);
      }
      await session.release();
    }
    await own.release();
    await exported.release();
  });

  test("exporting again, anywhere, gives the same files", async () => {
    const out = join(folder, `${name}-again`);
    const { paths, value } = await saveJob(exportJob, path, {}, { out });
    expect(value.step).toBe(opened.step);
    expect(value.files.map(({ bytes }) => bytes)).toEqual(paths.map((one) => readFileSync(one).length));
    expect(paths).toEqual(
      ["encoder.onnx", "decoder.onnx", "weights.safetensors", "model.json"].map((last) => join(out, last)),
    );
    for (const last of ["encoder.onnx", "decoder.onnx", "weights.safetensors", "model.json"]) {
      expect(readFileSync(join(out, last)).equals(file(last)), last).toBe(true);
    }
  });
});
