/** `betalab sweep`: many trainings that differ in some settings, side by side, continued where they stopped. */
import type { RunState } from "../../sweeps/index.ts";
import { defineCommand } from "../command.ts";
import { dataOption, deviceOption, epochsOption, outOption, setOption, wholeNumber } from "../options.ts";
import { formatDuration } from "../progress-lines.ts";
import { endedLine, statusLines, sweepText } from "../sweep-lines.ts";

export const sweep = defineCommand({
  name: "sweep",
  summary: "train a grid of settings × seeds, several runs at a time; the same line again continues it",
  example: "betalab sweep mnist-betas --data path/to/mnist",
  arguments: [
    {
      name: "preset-or-file",
      description: "mnist-betas, sprites-betas, or a .yaml or .json file (docs/sweeps.md)",
    },
  ],
  options: {
    data: dataOption,
    out: outOption,
    set: setOption,
    epochs: epochsOption,
    device: deviceOption,
    jobs: wholeNumber("--jobs <number>", "runs at a time (default: a core each)", { minimum: 1 }),
  },
  async run([presetOrFile], options, { output, signal, environment }) {
    const sweeps = await import("../../sweeps/index.ts");
    const definition = sweeps.readSweep(presetOrFile!);
    const plan = sweeps.planSweep(definition, {
      out: options.out,
      set: options.set,
      flags: { device: options.device, "training.epochs": options.epochs },
      environment,
    });
    const { dataContext } = await import("../../jobs/index.ts");
    const pending = sweeps.countPending(plan);
    const { jobs, threads } = sweeps.shareCores(pending, options.jobs);
    const done = plan.runs.length - pending;
    output.note(
      `${plan.name}: ${plan.runs.length} runs into ${plan.path}` +
        (done > 0 ? `, ${done} of them finished already` : "") +
        (pending > 0 ? `; ${jobs} at a time, ${threads} ${threads === 1 ? "thread" : "threads"} each` : ""),
    );
    const started = performance.now();
    const { dataDirectory, cacheDirectory } = dataContext({ dataDirectory: options.data, environment });
    const events = sweeps.runSweep(plan, {
      executor: new sweeps.LocalExecutor({ jobs }),
      threads,
      place: { dataDirectory, cacheDirectory },
      signal,
    });
    let runs: readonly RunState[] = [];
    for (;;) {
      const next = await events.next();
      if (next.done) {
        runs = next.value;
        break;
      }
      const event = next.value;
      if (event.type === "ended") output.note(endedLine(event.run, event.runs));
      output.progress.table(statusLines(event.runs, (performance.now() - started) / 1000));
    }
    output.progress.clear();
    output.note(`${formatDuration((performance.now() - started) / 1000)} in all`);
    const value = {
      path: plan.path,
      name: plan.name,
      runs: runs.map(({ name, path, status, error, hint }, i) => {
        return { name, path, settings: plan.runs[i]!.settings, status, error, hint };
      }),
    };
    const failed = runs.some(({ status }) => status === "failed");
    return { value, text: sweepText(plan.path, runs), failed };
  },
});
