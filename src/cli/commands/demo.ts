/** `betalab demo`: the whole way on data that is drawn here, in about a minute. */
import { defineCommand } from "../command.ts";
import { followTraining } from "../follow.ts";
import { outOption, seedOption } from "../options.ts";

export const demo = defineCommand({
  name: "demo",
  summary: "train on built-in handwriting-like digits, in about a minute, and make a report to open",
  example: "betalab demo",
  arguments: [],
  options: { out: outOption, seed: seedOption },
  async run(_, options, { output, signal, environment }) {
    const { resolveConfig } = await import("../../config/node.ts");
    const workbench = await import("../../jobs/index.ts");
    const { config } = resolveConfig("demo", { flags: { seed: options.seed }, environment });
    const out = options.out ?? workbench.freePath("betalab-demo");
    const { path, status, result } = await followTraining(
      workbench.train(config, { out, signal, environment }),
      output,
    );
    if (status !== "finished") return result;
    const report = await workbench.writeReport(path, {
      signal,
      environment,
      onProgress: (progress) => output.progress.stage(progress),
    });
    return {
      value: { ...(result.value as object), report: report.path },
      text: `${result.text}\nreport    ${report.path}  (open it in a browser)`,
    };
  },
});
