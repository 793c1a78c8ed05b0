/** `betalab suggest`: a β, and a capacity with its γ, for one's data, from a short probe, with the reasons. */
import type { Suggestion } from "../../jobs/index.ts";
import { defineCommand } from "../command.ts";
import { followTraining } from "../follow.ts";
import { dataOption, deviceOption, outOption, seedOption, setOption, wholeNumber } from "../options.ts";

export const suggestCommand = defineCommand({
  name: "suggest",
  summary: "propose β, or a capacity C and γ, for your data from a short training at β = 1, with the reasons",
  example: "betalab suggest folder --data my-pictures",
  arguments: [
    { name: "preset-or-file", description: "a name from betalab presets, or a .yaml or .json file" },
  ],
  options: {
    data: dataOption,
    out: outOption,
    set: setOption,
    seed: seedOption,
    epochs: wholeNumber("--epochs <number>", "of the probe (default 3)", { minimum: 1 }),
    device: deviceOption,
  },
  async run([presetOrFile], options, { output, signal, environment }) {
    const { suggestFrom, trainProbe } = await import("../../jobs/index.ts");
    const place = { dataDirectory: options.data, signal, environment };
    const probe = trainProbe(presetOrFile!, {
      ...place,
      out: options.out,
      set: options.set,
      epochs: options.epochs,
      flags: { seed: options.seed, device: options.device },
      onDataProgress: (progress) => output.progress.stage(progress),
    });
    const { status, result } = await followTraining(probe.events, output);
    if (status === "interrupted") return result;
    const suggestion = await suggestFrom(probe.path, place);
    return { value: suggestion, text: suggestionText(suggestion, presetOrFile!, options.set) };
  },
});

function suggestionText(
  { reasons, caveats, beta, betas, capacity, path }: Suggestion,
  presetOrFile: string,
  set: readonly string[],
): string {
  const base = [`betalab train ${presetOrFile}`, ...set.map((text) => `--set ${text}`)].join(" ");
  const lines = [
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
    ...caveats.map((caveat) => `   but ${caveat}`),
    "",
    `${base} --set objective.kind=beta --set objective.beta=${beta.value}`,
  ];
  if (capacity !== undefined) {
    const schedule = `{schedule: linear, start: 0, end: ${capacity.maximum}}`;
    lines.push(
      `${base} --set objective.kind=capacity --set objective.gamma=${capacity.gamma} --set 'objective.capacity=${schedule}'`,
    );
  }
  lines.push(
    "",
    "# a sweep file",
    `config: ${presetOrFile}`,
    ...(set.length > 0 ? [`set: {${set.map((text) => text.replace("=", ": ")).join(", ")}}`] : []),
    `grid: {objective.beta: [${betas.join(", ")}]}`,
    "seeds: 3",
    "then: [evaluate, metrics]",
    "",
    `probe  ${path}`,
  );
  return lines.join("\n");
}
