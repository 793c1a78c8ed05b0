/** `betalab compare`: runs side by side, and which differences are more than luck. */
import { defineCommand } from "../command.ts";
import { dataOption, outOption } from "../options.ts";
import { columns } from "../table.ts";

export const compare = defineCommand({
  name: "compare",
  summary: "runs or sweeps side by side: a table, a page, and which differences exceed the noise over seeds",
  example: "betalab compare runs/sprites-betas",
  arguments: [{ name: "run", description: "run directories, or the folder of a sweep", variadic: true }],
  options: { data: dataOption, out: outOption },
  async run(paths, options, { output, signal, environment }) {
    const { compareRuns } = await import("../../jobs/index.ts");
    const {
      paths: written,
      rows,
      verdict,
      notes,
      value,
    } = await compareRuns(paths, {
      out: options.out,
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
      onProgress: (progress) => output.progress.stage(progress),
    });
    for (const note of notes) output.note(note);
    const text = [columns(rows), "", verdict, "", ...written].join("\n");
    return { value: { paths: written, ...(value as object) }, text };
  },
});
