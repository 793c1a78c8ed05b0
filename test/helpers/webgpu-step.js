// Run by test/helpers/webgpu.ts as a child process, since the libraries of a software GPU must be named before a
// process starts: computes programs and takes training steps on the CPU and on WebGPU, and answers with what was made of
// them. Plain JavaScript, since Node 20 runs no TypeScript; it uses the built code.
import { shipped } from "../../dist/config/node.js";
import { memoryImages } from "../../dist/data/index.js";
import { deserializeProgram, topologicalOrder } from "../../dist/graph/index.js";
import { requestAdapter } from "../../dist/runtime/dawn.js";
import { openGpuRuntime } from "../../dist/runtime/gpu-runtime.js";
import { createRuntime } from "../../dist/runtime/node.js";
import { buildJob } from "../../dist/trained/build.js";
import { initialProgress } from "../../dist/training/progress.js";
import { Runner } from "../../dist/training/runner.js";
import { State } from "../../dist/training/state.js";

const runtimes = { cpu: await createRuntime() };

/** The CPU's runtime, and WebGPU's by an engine. */
async function open(engine) {
  runtimes[engine] ??= await createRuntime({ device: "webgpu", engine });
  return { cpu: runtimes.cpu, webgpu: runtimes[engine] };
}

const cards = new Map();

/** Our own engine with the kernels for a graphics card, or with those for a processor that does its work. */
async function card(isSoftware) {
  if (!cards.has(isSoftware)) {
    const adapter = await requestAdapter();
    const info = { architecture: "", description: "", isFallbackAdapter: isSoftware };
    const seen = { info, limits: adapter.limits, requestDevice: (options) => adapter.requestDevice(options) };
    cards.set(isSoftware, await openGpuRuntime({ adapter: seen, description: "card" }));
  }
  return cards.get(isSoftware);
}

async function compute({ program, feeds, isSoftware }) {
  const runtime = await card(isSoftware);
  const session = await runtime.compile(deserializeProgram(program));
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/**
 * The runtime with an eye on its calls. `seen.rectified`: what the rectifiers of the last call were given, when
 * that is asked for; `seen.fed`, `seen.returned`: bytes of each call.
 */
function watched(runtime, seen, { rectifiers }) {
  return {
    ...runtime,
    async compileKeeping(program, names) {
      const rectified = topologicalOrder(rectifiers ? Object.values(program.outputs) : [])
        .filter(({ operator }) => /relu$/i.test(operator.name))
        .map(({ inputs: [x] }, i) => [`rectified:${i}`, x]);
      const outputs = { ...program.outputs, ...Object.fromEntries(rectified) };
      const session = await runtime.compileKeeping({ ...program, outputs }, names);
      return {
        async run(feeds) {
          const { results, kept } = await session.run(feeds);
          seen.rectified = rectified.map(([name]) => results[name].data);
          seen.fed.push(bytes(feeds));
          seen.returned.push(bytes(results) + bytes(kept));
          return { results, kept };
        },
        release: () => session.release(),
      };
    },
  };
}

/** Of values; what lies on the device has no `data`. */
const bytes = (values) => Object.values(values).reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);

function trainer(name, runtime, { config, image, pixels, labels }, options) {
  const count = pixels.length / (image.height * image.width * image.channels);
  const split = { images: memoryImages(pixels, { ...image, count }), labels };
  const data = { name: "test", fingerprint: "test", train: split, heldOut: split, notes: [], close() {} };
  const seen = { fed: [], returned: [] };
  const job = buildJob(config, data, watched(runtime, seen, options), shipped);
  const runner = new Runner(job);
  return {
    name,
    runner,
    seen,
    start: { state: firstState(runner.specs), control: initialProgress(job.objective).control },
    step({ state, control }, step) {
      const groups = job.objective.routine?.plan(control.memory).groups ?? runner.groups;
      return runner.run(state, { step, count: 1, groups, control });
    },
  };
}

/** The state with some of its tensors made anew. */
const changed = (state, change) =>
  new State(state.specs, new Map(state.specs.map((spec) => [spec.name, change(spec, state.get(spec.name))])));

/**
 * The first state with its weights doubled: as they start, signals fade on their way through a deep net, posteriors
 * are all alike, and terms that compare them are rounding errors.
 */
function firstState(specs) {
  const isWeight = ({ kind, shape }) => kind === "parameter" && shape.length > 1;
  return changed(State.initial(specs, 1), (spec, values) =>
    isWeight(spec) ? values.map((value) => 2 * value) : values,
  );
}

/** The optimiser's moments at zero, so that after a step they are its gradients and their squares. */
const withoutMoments = (state) =>
  changed(state, ({ kind }, values) => (kind === "moment" ? new Float32Array(values.length) : values));

async function compare({ job, engine, warmUp, tries }) {
  const both = Object.entries(await open(engine));
  const trainers = both.map(([name, runtime]) => trainer(name, runtime, job, { rectifiers: true }));
  let from = trainers[0].start;
  for (let i = 0; i < warmUp; i++) from = await trainers[0].step(from, i);
  from = { ...from, state: withoutMoments(from.state) };
  const result = { tensors: from.state.specs.map(({ name, kind }) => ({ name, kind })) };
  for (let i = 0; i < tries; i++) {
    for (const { name, step } of trainers) {
      const started = performance.now();
      const taken = await step(from, warmUp + i);
      const state = await taken.state.read();
      result[name] = {
        seconds: (performance.now() - started) / 1000,
        terms: taken.terms,
        state: Object.fromEntries(state.specs.map((spec) => [spec.name, state.get(spec.name)])),
      };
    }
    result.kinks = kinksBetween(...trainers.map(({ seen }) => seen.rectified));
    if (result.kinks === 0) break;
  }
  for (const { runner } of trainers) await runner.release();
  return result;
}

function kinksBetween(some, others) {
  const differing = (values, i) => values.filter((value, j) => value > 0 !== others[i][j] > 0).length;
  return some.reduce((count, values, i) => count + differing(values, i), 0);
}

async function cross({ job, engine, calls }) {
  const { webgpu } = await open(engine);
  const { runner, seen, start, step } = trainer("webgpu", webgpu, job, { rectifiers: false });
  let at = start;
  for (let i = 0; i < calls; i++) at = await step(at, i);
  const state = bytes((await at.state.read()).records());
  await runner.release();
  return { state, fed: seen.fed, returned: seen.returned };
}

const answers = { compute, compare, cross };
process.on("message", async ({ what, ...question }) => {
  const answer = answers[what](question).then((result) => ({ result }));
  process.send(await answer.catch((error) => ({ error: String(error.stack) })));
});
