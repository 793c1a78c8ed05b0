/** `betalab export`: a run's model for other software. */
import { defineCommand } from "../command.ts";
import { outOption } from "../options.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "write encoder.onnx, decoder.onnx, weights.safetensors and model.json",
  example: "betalab export runs/mnist-mlp-20 --out my-model",
  arguments: [{ name: "run", description: "a run directory; its newest checkpoint is used" }],
  options: { out: outOption },
  async run([run], options) {
    const { exportRun } = await import("../../jobs/index.ts");
    const exported = exportRun(run!, options.out);
    return { value: exported, text: exported.paths.join("\n") };
  },
});
