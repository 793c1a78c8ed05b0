/** Follows a training on the terminal: the events of the workbench as progress, notes and a result. */

import { formatNumber } from "../base/format.ts";
import type { RunEvent } from "../jobs/index.ts";
import type { CommandResult, Output } from "./output.ts";

export interface Followed {
  readonly path: string;
  readonly status: "finished" | "interrupted";
  readonly result: CommandResult;
}

/** Consumes the events to their end. */
export async function followTraining(
  events: AsyncIterable<RunEvent>,
  output: Output,
  now: () => number = () => performance.now(),
): Promise<Followed> {
  let path = "";
  let epochs = 0;
  let steps = 0;
  let stepsPerEpoch = 1;
  let status: Followed["status"] = "interrupted";
  let last: Extract<RunEvent, { type: "epoch" }> | undefined;
  let pictures: readonly string[] = [];
  let exported: Extract<RunEvent, { type: "exported" }> | undefined;
  let done = 0;
  const started = { time: now(), step: 0 };
  for await (const event of events) {
    switch (event.type) {
      case "start":
        ({ stepsPerEpoch, totalSteps: steps } = event);
        Object.assign(started, { time: now(), step: event.step });
        break;
      case "prepared": {
        ({ path } = event);
        epochs = event.config.training.epochs;
        const { data, config, parameters, runtime } = event;
        const counts = `${data.train.images.count} images to train on, ${data.heldOut.images.count} held out`;
        output.note(`${data.name}: ${counts}`);
        output.note(
          `${config.model.architecture} with ${parameters.toLocaleString("en")} parameters, ` +
            `${config.model.latentDim} latents; ${runtime.device}, ${runtime.threads} threads; into ${path}`,
        );
        for (const note of event.notes) output.note(note);
        break;
      }
      case "step": {
        done = event.step;
        const perStep = (now() - started.time) / 1000 / Math.max(1, event.step - started.step);
        output.progress.training({
          epoch: event.epoch + 1,
          epochs,
          step: event.step,
          steps,
          terms: { reconstruction: event.terms.reconstruction as number, kl: event.terms.kl as number },
          imagesPerSecond: event.imagesPerSecond,
          secondsLeft: perStep * (steps - event.step),
        });
        break;
      }
      case "epoch": {
        last = event;
        const { negativeElbo, reconstruction, kl } = event.heldOut;
        output.progress.epoch({
          epoch: event.epoch,
          epochs,
          step: event.epoch * stepsPerEpoch,
          steps,
          terms: { "held-out −ELBO": negativeElbo, reconstruction, kl },
          imagesPerSecond: event.imagesPerSecond,
        });
        break;
      }
      case "pictures":
        pictures = event.paths;
        break;
      case "exported":
        exported = event;
        break;
      case "end":
        status = event.reason === "interrupted" ? "interrupted" : "finished";
        done = event.step;
        break;
      default:
        break;
    }
  }
  const heldOut = last?.heldOut;
  const value = { path, status, step: done, epochs, heldOut, pictures, model: exported?.paths ?? [] };
  const lines = [
    status === "finished"
      ? done < steps
        ? `Trained ${done / stepsPerEpoch} of ${epochs} epochs (${done} steps): the held-out values had stopped falling.`
        : `Trained ${epochs} ${epochs === 1 ? "epoch" : "epochs"} (${done} steps).`
      : `Stopped at step ${done} of ${steps}.`,
    ...(heldOut === undefined
      ? []
      : [
          `Held-out −ELBO ${formatNumber(heldOut.negativeElbo)} nats/image at β = 1: ` +
            `reconstruction ${formatNumber(heldOut.reconstruction)} + KL ${formatNumber(heldOut.kl)}.`,
        ]),
    ...pictures.map((picture) => `picture   ${picture}`),
    ...(exported === undefined
      ? []
      : [
          `model     ${exported.paths[0]!.replace(/[^/\\]*$/, "")}` +
            (exported.step < done ? ` (of step ${exported.step}, the best epoch's)` : ""),
        ]),
    `run       ${path}`,
    ...(status === "finished" ? [] : [`continue  betalab resume ${path}`]),
  ];
  return { path, status, result: { value, text: lines.join("\n") } };
}
