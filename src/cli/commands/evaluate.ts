/** `betalab evaluate`: what a trained model is worth, in nats. */
import { defineCommand } from "../command.ts";
import { evaluationText } from "../evaluation-text.ts";
import { choice, dataOption, wholeNumber } from "../options.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "likelihoods, active units, the KL's exact decomposition, and a diagnosis",
  example: "betalab evaluate runs/mnist-mlp-20 --samples 500",
  arguments: [{ name: "run", description: "a run directory; its newest checkpoint is used" }],
  options: {
    samples: wholeNumber("--samples <number>", "importance samples of each image (default 500)", {
      minimum: 1,
    }),
    data: dataOption,
    split: choice("--split <split>", "which images (default heldOut)", ["heldOut", "train"]),
    limit: wholeNumber("--limit <number>", "only the first so many images", { minimum: 2 }),
  },
  async run([run], options, { output, signal, environment }) {
    const workbench = await import("../../jobs/index.ts");
    const secondsLeft = stageClock();
    const { path, evaluation } = await workbench.evaluate(run!, {
      samples: options.samples,
      split: options.split,
      limit: options.limit,
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
      onProgress: (progress) => output.progress.stage({ ...progress, secondsLeft: secondsLeft(progress) }),
    });
    const described = workbench.describeEvaluation(evaluation);
    return { value: { path, ...evaluation }, text: evaluationText(described, evaluation, path) };
  },
});

/** Tells how long a stage still takes, from how long its part so far took. */
function stageClock(): (progress: { stage: string; done: number; total: number }) => number | undefined {
  let current = { stage: "", startedAt: 0 };
  return ({ stage, done, total }) => {
    const now = performance.now();
    if (stage !== current.stage) current = { stage, startedAt: now };
    return done === 0 ? undefined : ((now - current.startedAt) * (total - done)) / done / 1000;
  };
}
