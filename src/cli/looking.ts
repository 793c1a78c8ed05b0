/** What the commands that draw share: their first argument, where they read and write, and how they answer. */
import type { SplitName } from "../data/index.ts";
import type { CommandIo } from "./command.ts";
import type { CommandResult } from "./output.ts";

export const modelArgument = {
  name: "run",
  description: "a run directory, whose newest checkpoint is used, or the folder of an exported model",
} as const;

export const picturesArgument = {
  name: "pictures",
  description: "picture files of your own, instead of images of the data",
  required: false,
  variadic: true,
} as const;

/** From a command's options and surroundings to what the workbench takes. */
export function lookOptions(
  options: {
    readonly data?: string | undefined;
    readonly out?: string | undefined;
    readonly split?: SplitName | undefined;
  },
  { output, signal, environment }: CommandIo,
) {
  return {
    out: options.out,
    split: options.split,
    dataDirectory: options.data,
    signal,
    environment,
    onDataProgress: (progress: { stage: string; done: number; total?: number | undefined }) =>
      output.progress.stage(progress),
    onProgress: (progress: { stage: string; done: number; total: number }) => output.progress.stage(progress),
  };
}

/** What was drawn: its files, one a line, after a sentence if there is something to say. */
export function drawnResult(
  value: { readonly paths: readonly string[] },
  ...sentences: string[]
): CommandResult {
  return { value, text: [...sentences, ...value.paths].join("\n") };
}
