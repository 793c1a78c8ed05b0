/**
 * The training loop as an async iterable of events. It computes and reports; it writes nothing. Whoever consumes it
 * decides what becomes a file, a progress line or a chart. It runs wherever a `Runtime` does.
 *
 * Everything it does is a function of (job, step): which images, which noise, which calls of how many steps.
 * A run that is continued from any checkpoint therefore goes through the same bits as one that never stopped.
 */

import { expectArgument } from "../base/issues.ts";
import { brokenIn, diverged, finite } from "./diverged.ts";
import { Evaluator } from "./evaluate.ts";
import type { TrainingEvent, TrainingJob } from "./job.ts";
import { initialProgress, type Progress, remembering } from "./progress.ts";
import { Rate } from "./rate.ts";
import { Runner } from "./runner.ts";
import { State } from "./state.ts";
import { TermAverage, type TermValues } from "./terms.ts";

/** Steps between two logged lines, and between two clearings of vanishing moments. */
const INTERVAL = 100;

/**
 * Trains from the beginning, or from a checkpoint.
 *
 * When `signal` aborts, the call in progress is finished, or the evaluation left, which the run that goes on makes anew; a
 * checkpoint event follows, and the last event's reason is "interrupted". Throws a "diverged" error, with the step and
 * what broke, when a term, a held-out value or the state is no longer finite; the last checkpoint is then still good.
 */
export async function* train(
  job: TrainingJob,
  options: {
    readonly from?: { progress: Progress; tensors: Parameters<typeof State.restore>[1] };
    /** A model's weights to begin with, in place of the seed's. */
    readonly weights?: Parameters<typeof State.restore>[1];
    readonly signal?: AbortSignal;
  } = {},
): AsyncGenerator<TrainingEvent, void, void> {
  expectArgument(Object(job).vae !== undefined, "`job`", job, "what `prepare` or `buildJob` gives");
  const { from, weights, signal } = options;
  const runner = new Runner(job);
  const { feeder, specs, groups } = runner;
  const { stepsPerEpoch, totalSteps } = feeder.horizon;
  const { routine } = job.objective;
  const inOne = (job.accumulate ?? 1) === 1;
  // Compiled when the first epoch is over: nobody waits for it with the first step.
  let evaluator: Promise<Evaluator> | undefined;
  try {
    let state = from === undefined ? await runner.first() : State.restore(specs, from.tensors);
    if (from === undefined && weights !== undefined) state = (await state.read()).withWeights(weights);
    let { step, control, best, unevaluated, ...rest } = from?.progress ?? initialProgress(job.objective);
    const average = new TermAverage(rest.pending);
    const broke = (terms: TermValues) => diverged(step, terms, feeder.learningRate(step - 1));
    const checkpoint = (): TrainingEvent => {
      const broken = brokenIn(state);
      if (broken !== undefined) throw broke(broken);
      const pending = average.pending();
      const progress = { step, control, pending, ...(best && { best }), ...(unevaluated && { unevaluated }) };
      return { type: "checkpoint", progress, epoch: step / stepsPerEpoch, state };
    };
    yield { type: "start", step, totalSteps, stepsPerEpoch, state };

    const rate = new Rate();
    let saved = performance.now();
    const hasStopped = () =>
      job.stopAfter !== undefined && best !== undefined && step / stepsPerEpoch - best.epoch >= job.stopAfter;
    /** Where `signal` aborts before the evaluation's end, the epoch stays `unevaluated`. */
    const endOfEpoch = async function* (): AsyncGenerator<TrainingEvent, void, void> {
      state = await state.read();
      const used = state.inUse();
      evaluator ??= Evaluator.create(job.runtime, job.vae);
      const { heldOut } = job.data;
      const evaluation = await (await evaluator).evaluate(used, heldOut, job.seed, signal);
      if (evaluation.images < heldOut.images.count) return;
      const values = { "held-out reconstruction": evaluation.reconstruction, "held-out kl": evaluation.kl };
      if (!finite(values)) throw broke(values);
      const mutualInformation = routine && (await steering(job, used, signal));
      if (routine !== undefined && mutualInformation === undefined) return;
      if (routine !== undefined && mutualInformation !== undefined) {
        control = remembering(control, routine.afterEpoch(control.memory, { mutualInformation }));
      }
      const value = evaluation[job.monitor ?? "negativeElbo"];
      const epoch = step / stepsPerEpoch;
      const isBest = best === undefined || value < best.value;
      if (isBest) best = { epoch, value };
      unevaluated = undefined;
      const told = { ...evaluation, ...(mutualInformation !== undefined && { mutualInformation }) };
      const epochEvent = { type: "epoch", step, epoch, heldOut: told, best: isBest } as const;
      const imagesPerSecond = rate.overall();
      yield { ...epochEvent, ...(imagesPerSecond > 0 && { imagesPerSecond }), state: used };
      rate.restart();
      yield checkpoint();
      saved = performance.now();
    };
    if (unevaluated && !signal?.aborted) yield* endOfEpoch();
    while (step < totalSteps && !hasStopped() && !signal?.aborted) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const plan = routine?.plan(control.memory) ?? {};
      let terms: TermValues = {};
      if (plan.inner !== undefined) {
        // Where a stop comes before its end, the run that goes on begins it anew from here.
        state = await state.read();
        const done = await runner.inner(state, control, step, plan.inner, signal);
        if (done === undefined) break;
        ({ state, control, terms } = done);
      }
      const left = (epoch + 1) * stepsPerEpoch - step;
      // An epoch's short call comes first: the first step of a training is then soon there.
      const most = left % job.stepsPerCall || job.stepsPerCall;
      const count = plan.inner === undefined && inOne ? most : 1;
      const taken = await runner.run(state, { step, count, groups: plan.groups ?? groups, control });
      step += count;
      const crossed = Math.floor(step / INTERVAL) > Math.floor((step - count) / INTERVAL);
      state = crossed ? taken.state.withoutVanishingMoments() : taken.state;
      control = taken.control;
      terms = { ...taken.terms, ...terms };
      average.add(terms);
      const imagesPerSecond = rate.count(count * job.batchSize);
      const scalars = feeder.scalars(step - 1);
      yield { type: "step", step, epoch, terms, scalars, imagesPerSecond, state };

      const atEpochEnd = step % stepsPerEpoch === 0;
      if (atEpochEnd || crossed) {
        const learningRate = feeder.learningRate(step - 1);
        const rates = { ...(learningRate !== undefined && { learningRate }), imagesPerSecond };
        const record = { ...average.take(), ...scalars, ...rates };
        yield { type: "log", step, epoch, record };
      }
      if (atEpochEnd) {
        unevaluated = true;
        yield* endOfEpoch();
      } else if (performance.now() - saved > job.checkpointMinutes * 60_000) {
        state = await state.read();
        yield checkpoint();
        saved = performance.now();
      }
    }
    state = await state.read();
    if (unevaluated || (step < totalSteps && step % stepsPerEpoch !== 0)) yield checkpoint();
    const reason = step === totalSteps ? "finished" : hasStopped() ? "stopped" : "interrupted";
    yield { type: "end", reason: unevaluated ? "interrupted" : reason, step, state };
  } finally {
    await runner.release();
    await (await evaluator)?.release();
  }
}

/** Undefined where `signal` aborted first. */
async function steering(
  { mutualInformation }: TrainingJob,
  state: State,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  if (mutualInformation === undefined)
    throw new Error("internal: the objective is steered by the mutual information, and nothing measures it");
  return mutualInformation(state, signal).catch((error) => {
    if (signal?.aborted) return undefined;
    throw error;
  });
}
