/** The training loop's reports, written down: log lines, checkpoints, pictures, the exported model, and how it ended. */

import { BetalabError, messageOf } from "../base/errors.ts";
import type { Config } from "../config/index.ts";
import { LatentModel } from "../latent/index.ts";
import type { Checkpoint, MetricRecord, RunDirectory } from "../runs/index.ts";
import { inferenceState } from "../trained/index.ts";
import { type Progress, State, type TrainingJob, train as trainLoop } from "../training/index.ts";
import type { JobEvent } from "./events.ts";
import { modelArtifacts } from "./export.ts";
import type { Context } from "./job.ts";
import { openLogs, type RunLog } from "./logs/index.ts";
import { shownClasses, shownImages, writeEpochPictures } from "./pictures.ts";
import { fileSink } from "./sinks.ts";
import { forecastNote, trainingNotes } from "./training-notes.ts";

/** Runs the loop and writes down what it reports. Leaves `run.json` with how it ended. */
export async function* record(
  run: RunDirectory,
  config: Config,
  job: TrainingJob,
  start: Omit<NonNullable<Parameters<typeof trainLoop>[1]>, "signal"> | undefined,
  { signal, environment }: Pick<Context, "signal" | "environment">,
  problems: readonly string[] = [],
): AsyncGenerator<JobEvent, void, void> {
  const startedAt = performance.now();
  const before = run.information.timings.seconds;
  const shown = { images: shownImages(job.data), classes: shownClasses(job.data) };
  let model: LatentModel | undefined;
  let note: string | undefined;
  const timings = (imagesPerSecond: number) => ({
    seconds: before + (performance.now() - startedAt) / 1000,
    imagesPerSecond,
    // Kilobytes on every system that Node supports.
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  });
  const { vae, objective, data } = job;
  const { extensions = [] } = run.information;
  const sink = fileSink({ folder: run.path });
  const exported = async (state: State, step: number) => {
    const trained = { vae, objective, state, config, step, dataName: data.name, extensions };
    const paths = await sink({ artifacts: modelArtifacts(trained), stem: "export" });
    return { type: "exported", step, paths } as const;
  };
  const { keepBest } = config.training;
  let speed = run.information.timings.imagesPerSecond;
  let logs: RunLog | undefined;
  let { forecast } = job;
  const logged = (record: MetricRecord): void => {
    run.metrics.append(record);
    logs?.record(record);
  };
  const said = (): JobEvent[] => (logs?.said() ?? []).map((text) => ({ type: "note", text }));
  try {
    logs = openLogs(run, environment);
    for await (const event of trainLoop(job, { ...start, ...(signal && { signal }) })) {
      run.refuseIfLost();
      if (event.type === "start") {
        note = job.runtime.note;
        yield {
          type: "prepared",
          path: run.path,
          data: job.data,
          config,
          parameters: event.state.parameterCount,
          derived: vae.derived,
          runtime: job.runtime,
          notes: [
            ...(note ? [note] : []),
            ...problems,
            ...job.data.notes,
            ...(event.step < event.totalSteps ? trainingNotes(job, config) : []),
          ],
        };
      }
      if (job.runtime.note !== note && event.type === "step") {
        // What the engine lacks turns out when the step is compiled.
        note = job.runtime.note;
        if (note !== undefined) yield { type: "note", text: note };
      }
      if (event.type === "log")
        logged({ split: "train", step: event.step, epoch: event.epoch + 1, ...event.record });
      if (event.type === "epoch") {
        speed = event.imagesPerSecond;
        const { noted, ...heldOut } = event.heldOut;
        logged({
          split: "heldOut",
          step: event.step,
          epoch: event.epoch,
          ...heldOut,
          ...noted,
          imagesPerSecond: event.imagesPerSecond,
        });
        if (keepBest && event.best) {
          const { step, state } = event;
          const used = State.restore(inferenceState(job.vae), state.records());
          run.checkpoints.writeBest({ step, tensors: used.records(), metadata: {} });
        }
      }
      if (event.type === "checkpoint") {
        run.metrics.sync();
        run.checkpoints.write(checkpointOf(event.progress, event.state));
        const { epochs } = run.information.progress;
        run.update({
          progress: { step: event.progress.step, epoch: event.epoch, epochs },
          timings: timings(speed),
        });
      }
      yield event;
      if (event.type === "step" && forecast !== undefined) {
        // Measuring the machine's speed takes a while: nobody waits for it with the first step.
        yield { type: "note", text: await forecastNote(job, forecast) };
        forecast = undefined;
      }
      if (event.type === "epoch") {
        model = model?.with(event.state) ?? (await LatentModel.create(job.runtime, job.vae, event.state));
        const paths = await writeEpochPictures(run, model, shown, event.epoch, config.seed);
        logs.pictures(event.step, paths);
        yield { type: "pictures", epoch: event.epoch, paths };
      }
      if (event.type === "end") {
        const { reason, state, step } = event;
        let files: readonly string[] = [];
        if (reason !== "interrupted") {
          const best = keepBest ? run.checkpoints.best()?.checkpoint : undefined;
          const written = await (best === undefined
            ? exported(state.inUse(), step)
            : exported(State.restore(inferenceState(job.vae), best.tensors), best.step));
          files = written.paths;
          yield written;
        }
        const status = reason === "stopped" ? "finished" : reason;
        await logs.end(status, files);
        run.update({ status, timings: timings(speed) });
      }
      yield* said();
    }
  } catch (error) {
    if (run.seemsLost) throw error;
    const stopped = error instanceof BetalabError && error.code === "interrupted";
    run.update(stopped ? { status: "interrupted" } : { status: "failed", error: messageOf(error) });
    await logs?.end(stopped ? "interrupted" : "failed", []);
    yield* said();
    throw error;
  } finally {
    logs?.close();
    await model?.release();
    run.close();
  }
}

function checkpointOf(progress: Progress, state: State): Checkpoint {
  return {
    step: progress.step,
    tensors: state.records(),
    metadata: { progress: JSON.stringify(progress) },
  };
}
