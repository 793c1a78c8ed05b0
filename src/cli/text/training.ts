/** What a training came to. */

import { shellWord } from "../../base/escape.ts";
import { formatNumber, plural } from "../../base/format.ts";
import type { TrainingValue } from "../../jobs/index.ts";
import type { Told } from "./told.ts";

export function trainingText({ value }: Told): string {
  const trained = value as TrainingValue & { readonly report?: string };
  const { path, status, step, heldOut, words, pictures, model, modelStep, report } = trained;
  return [
    headline(trained),
    ...(heldOut === undefined
      ? []
      : [
          `Held-out −ELBO ${formatNumber(heldOut.negativeElbo)} nats/image at β = 1, by one draw of z each: ` +
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
    ...(status === "finished" ? [] : [`continue  betalab resume ${shellWord(path)}`]),
    ...(report === undefined ? [] : [`report    ${report}  (open it in a browser)`]),
  ].join("\n");
}

function headline({ status, step, before, steps, epochs }: TrainingValue): string {
  if (status !== "finished") return `Stopped at step ${step} of ${steps}.`;
  const done = `${Number(((epochs * step) / steps).toFixed(2))}`;
  const trained = `${step < steps ? `${done} of ${epochs}` : done} ${epochs === 1 ? "epoch" : "epochs"} (${plural(step, "step")})`;
  if (step === before) return `Finished already, ${trained}: nothing was left to do; --epochs asks for more.`;
  return `Trained ${trained}${step < steps ? ": the held-out values had stopped falling" : ""}.`;
}
