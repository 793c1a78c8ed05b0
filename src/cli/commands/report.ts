/** `betalab report`: a run as one page, its decoder running inside. */
import { defineCommand } from "../command.ts";
import { dataOption, text, wholeNumber } from "../options.ts";

export const report = defineCommand({
  name: "report",
  summary: "one HTML file with everything there is to see, the decoder running inside",
  example: "betalab report runs/mnist-mlp-20",
  arguments: [
    { name: "run", description: "a run directory or an exported model; the newest checkpoint is used" },
  ],
  options: {
    data: dataOption,
    out: text("--out <file>", "the file to write (default report.html in the run)"),
    images: wholeNumber("--images <number>", "held-out images on the latent map (default 1000)", {
      minimum: 2,
    }),
  },
  async run([run], options, { output, signal, environment }) {
    const { writeReport } = await import("../../jobs/index.ts");
    const written = await writeReport(run!, {
      out: options.out,
      images: options.images,
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
      onProgress: (progress) => output.progress.stage(progress),
    });
    return { value: written, text: `${written.path}  (${(written.bytes / 1e6).toFixed(1)} MB)` };
  },
});
