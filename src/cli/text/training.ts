/** What a training came to. */

import { formatNumber } from "../../base/format.ts";
import type { TrainingValue } from "../../jobs/index.ts";
import type { Told } from "./told.ts";

export function trainingText({ value }: Told): string {
  const { path, status, step, steps, epochs, heldOut, words, pictures, model, modelStep, report } =
    value as TrainingValue & {
      readonly report?: string;
    };
  return [
    status === "finished"
      ? step < steps
        ? `Trained ${(epochs * step) / steps} of ${epochs} epochs (${step} steps): the held-out values had stopped falling.`
        : `Trained ${epochs} ${epochs === 1 ? "epoch" : "epochs"} (${step} steps).`
      : `Stopped at step ${step} of ${steps}.`,
    ...(heldOut === undefined
      ? []
      : [
          `Held-out −ELBO ${formatNumber(heldOut.negativeElbo)} nats/image at β = 1: ` +
            `reconstruction ${formatNumber(heldOut.reconstruction)} + KL ${formatNumber(heldOut.kl)}.`,
        ]),
    ...words.flatMap(({ plain, exact }) => [plain, `  ${exact}`]),
    ...pictures.map((picture) => `picture   ${picture}`),
    ...(model.length > 0
      ? [
          `model     ${model[0]!.replace(/[^/\\]*$/, "")}` +
            (modelStep !== undefined && modelStep < step ? ` (of step ${modelStep}, the best epoch's)` : ""),
        ]
      : []),
    `run       ${path}`,
    ...(status === "finished" ? [] : [`continue  betalab resume ${path}`]),
    ...(report === undefined ? [] : [`report    ${report}  (open it in a browser)`]),
  ].join("\n");
}
