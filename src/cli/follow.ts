/** Follows a job on the terminal: what it tells as progress and notes. */
import { formatCount, plural } from "../base/format.ts";
import type { JobEvent, SweptRun } from "../jobs/index.ts";
import type { Output } from "./output.ts";
import type { StageProgress } from "./progress-lines.ts";
import { endedLine, statusLine, statusLines } from "./text/sweep.ts";

export function follower(
  output: Output,
  now: () => number = () => performance.now(),
): (event: JobEvent) => void {
  const secondsLeft = stageClock(now);
  const startedAt = now();
  const run = { epochs: 0, steps: 0, stepsPerEpoch: 1, objective: {} };
  const started = { time: startedAt, step: 0 };
  const showSweep = (runs: readonly SweptRun[]): void => {
    const seconds = (now() - startedAt) / 1000;
    output.progress.table(statusLines(runs, seconds), statusLine(runs, seconds));
  };
  return (event) => {
    switch (event.type) {
      case "stage":
        output.progress.stage({ ...event, secondsLeft: secondsLeft(event) });
        break;
      case "note":
        output.note(event.text);
        break;
      case "start":
        Object.assign(run, { stepsPerEpoch: event.stepsPerEpoch, steps: event.totalSteps });
        Object.assign(started, { time: now(), step: event.step });
        break;
      case "prepared": {
        const { data, config, parameters, derived, runtime, path, notes } = event;
        const sizes = Object.entries(derived).map(([name, size]) => `${name} ${size}`);
        const net = `${config.model.architecture}${sizes.length > 0 ? ` of ${sizes.join(" and ")}` : ""}`;
        run.epochs = config.training.epochs;
        run.objective = config.objective;
        output.note(
          `${data.name}: ${plural(data.train.images.count, "image")} to train on, ${data.heldOut.images.count} held out`,
        );
        output.note(
          `${net} with ${formatCount(parameters)} parameters, ` +
            `${plural(config.model.latentDim, "latent")}; ${runtime.device}, ${plural(runtime.threads, "thread")}; into ${path}`,
        );
        for (const note of notes) output.note(note);
        break;
      }
      case "step": {
        const perStep = (now() - started.time) / 1000 / Math.max(1, event.step - started.step);
        output.progress.training({
          epoch: event.epoch + 1,
          epochs: run.epochs,
          step: event.step,
          steps: run.steps,
          terms: { reconstruction: event.terms.reconstruction as number, kl: event.terms.kl as number },
          weights: changingWeights(run.objective, event),
          imagesPerSecond: event.imagesPerSecond,
          secondsLeft: perStep * (run.steps - event.step),
        });
        break;
      }
      case "epoch": {
        const { negativeElbo, reconstruction, kl } = event.heldOut;
        output.progress.epoch({
          epoch: event.epoch,
          epochs: run.epochs,
          step: event.epoch * run.stepsPerEpoch,
          steps: run.steps,
          terms: { "held-out −ELBO": negativeElbo, reconstruction, kl },
          imagesPerSecond: event.imagesPerSecond,
        });
        break;
      }
      case "runs":
        if (event.ended !== undefined) output.note(endedLine(event.ended, event.runs));
        showSweep(event.runs);
        break;
    }
  };
}

const symbols: Readonly<Record<string, string>> = { beta: "β", alpha: "α", gamma: "γ", lambda: "λ" };

/** What weighs the objective's terms and follows a schedule or is steered; of a weight for each latent the norm. */
function changingWeights(
  objective: Readonly<Record<string, unknown>>,
  { scalars, terms }: Pick<Extract<JobEvent, { type: "step" }>, "scalars" | "terms">,
): Record<string, number> {
  const scheduled = Object.entries(scalars).filter(([name]) => typeof objective[name] === "object");
  const steered = ["beta", "gamma"].flatMap((name) => {
    const value = terms[name];
    if (value === undefined || name in scalars) return [];
    return [
      typeof value === "number"
        ? ([symbols[name]!, value] as const)
        : ([`‖${symbols[name]!}‖`, Math.hypot(...value)] as const),
    ];
  });
  return Object.fromEntries([
    ...scheduled.map(([name, value]) => [symbols[name] ?? name, value] as const),
    ...steered,
  ]);
}

/** Tells how long a stage still takes, from how long its part so far took. */
function stageClock(now: () => number): (progress: StageProgress) => number | undefined {
  let current = { stage: "", startedAt: 0 };
  return ({ stage, done, total }) => {
    if (stage !== current.stage) current = { stage, startedAt: now() };
    return done === 0 || total === undefined
      ? undefined
      : ((now() - current.startedAt) * (total - done)) / done / 1000;
  };
}
