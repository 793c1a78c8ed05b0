/** One adapter from a job's description to a command: nothing about a job is written down here. */

import type { JobDescription, OptionDescription, Workbench } from "../workbench/index.ts";
import type { Argument, Command, CommandIo, OptionValues } from "./command.ts";
import type { Choice } from "./descriptions.ts";
import { follower } from "./follow.ts";
import { dress } from "./options.ts";
import type { CommandResult } from "./output.ts";
import { checkPlace } from "./place.ts";
import { textOf } from "./text/index.ts";

const subjects: Readonly<Record<JobDescription["takes"], Argument | undefined>> = {
  nothing: undefined,
  config: {
    name: "preset-or-file",
    description: "a name from betalab presets, or a .yaml or .json file",
    paths: "files",
  },
  run: { name: "run", description: "a run directory; its newest checkpoint is used", paths: "folders" },
  model: {
    name: "run",
    description: "a run directory, whose newest checkpoint is used, or the folder of an exported model",
    paths: "folders",
  },
  runs: {
    name: "run",
    description: "run directories, or folders that hold some",
    variadic: true,
    paths: "folders",
  },
  models: {
    name: "run",
    description: "run directories, folders that hold some, or folders of exported models",
    variadic: true,
    paths: "folders",
  },
  source: { name: "source", description: "a name from betalab data list" },
  sweep: {
    name: "preset-or-file",
    description: "a sweep's preset, or a .yaml or .json file (docs/sweeps.md)",
    paths: "files",
  },
  sweepFolder: { name: "folder", description: "the folder of a sweep", paths: "folders" },
  file: {
    name: "file",
    description: "weights as safetensors, or a .pt or .pth of torch.save",
    paths: "files",
  },
};

const outOf = ({ destination }: JobDescription): OptionDescription => ({
  name: "out",
  type: "string",
  description: `a folder, or a file whose name the results take (default: ${destination})`,
  placeholder: "place",
  environment: "BETALAB_OUT",
});

/**
 * @param workbench made when a command runs: help must not wait for it
 * @param choices names that the subject can have, for completion
 */
export function commandOf(
  job: JobDescription,
  workbench: (io: CommandIo) => Promise<Workbench>,
  choices?: readonly Choice[],
): Command {
  const subject = subjects[job.takes];
  const rest = job.options.find(({ positional }) => positional);
  const options = job.options.filter((option) => option !== rest);
  const positional: Argument[] = rest
    ? [
        {
          ...{ name: rest.name, description: rest.description, required: false, variadic: true },
          ...(rest.placeholder === "file" && { paths: "files" }),
        },
      ]
    : [];
  const sendsElsewhere = job.artifacts === true && !options.some(({ name }) => name === "out");
  return {
    name: job.name,
    summary: job.summary,
    example: job.example,
    arguments: [
      ...(subject ? [{ ...subject, choices, required: job.subjectOptional !== true }] : []),
      ...positional,
    ],
    options: sendsElsewhere ? [...options, outOf(job)] : options,
    async run(args, given, io) {
      const taken = subject === undefined ? 0 : subject.variadic ? args.length : 1;
      const own = subject?.variadic ? args : args[0];
      const following = rest && args.length > taken ? { [rest.name]: args.slice(taken) } : {};
      const { out: place, ...others } = given;
      const values: OptionValues = sendsElsewhere ? others : given;
      if (sendsElsewhere) checkPlace(job, own, place as string | undefined);
      const events = (await workbench(io)).events(
        job.name,
        subject === undefined ? undefined : own,
        { ...values, ...following },
        { signal: io.signal },
      );
      const { follow } = await import("../jobs/index.ts");
      const onEvent = follower(io.output);
      const result = await follow(withFlagsInNotes(events, job), onEvent);
      const paths = await result.save(sendsElsewhere ? (place as string | undefined) : undefined, {
        onEvent,
      });
      return {
        value: withMore(result.value, { paths, notes: result.notes ?? [] }),
        text: dress(
          await textOf(job.name, { value: result.value, paths, subject: own, options: values }),
          job.options.map(({ name }) => name),
        ),
        failed: result.failed === true,
      } satisfies CommandResult;
    },
  };
}

/** The events with each option that a note names as the flag that it is here. */
async function* withFlagsInNotes(
  events: ReturnType<Workbench["events"]>,
  { options }: JobDescription,
): ReturnType<Workbench["events"]> {
  const names = options.map(({ name }) => name);
  const dressed = (notes: readonly string[] = []) => notes.map((text) => dress(text, names));
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return { ...next.value, notes: dressed(next.value.notes) };
      const event = next.value;
      if (event.type === "note") yield { ...event, text: dress(event.text, names) };
      else yield event.type === "prepared" ? { ...event, notes: dressed(event.notes) } : event;
    }
  } finally {
    await events.return(undefined as never); // Whoever listened may have gone away.
  }
}

/** The value with the files that were written and with what was noted, where there are any. */
function withMore(value: unknown, more: Readonly<Record<string, readonly string[]>>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return { ...Object.fromEntries(Object.entries(more).filter(([, list]) => list.length > 0)), ...value };
}
