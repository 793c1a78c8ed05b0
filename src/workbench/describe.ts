/** From a job's declaration to its description. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import type { AnyJob, Takes } from "../jobs/index.ts";
import type { JobDescription, OptionDescription } from "./description.ts";

const ofRuns: readonly Takes[] = ["run", "model", "runs", "models"];

/** Throws "config" naming the job and the option when a declaration can't be shown. */
export function describeJob(job: AnyJob): JobDescription {
  const { name, summary, example, takes, subjectOptional } = job;
  const {
    destination = ofRuns.includes(takes) ? "figures/ and tables/ of the run" : "the working directory",
  } = job;
  const schema = z.toJSONSchema(job.options, { io: "input" });
  const options = Object.entries(schema.properties ?? {}).map(([key, property]) =>
    describeOption(`${name}: option ${key}`, key, property as JsonProperty),
  );
  return {
    name,
    summary,
    example,
    takes,
    ...(subjectOptional && { subjectOptional }),
    ...(job.artifacts && { artifacts: true as const, destination }),
    options,
    value: z.toJSONSchema(job.value, { io: "output", unrepresentable: "any" }),
  };
}

interface JsonProperty extends Partial<Omit<OptionDescription, "name" | "type" | "list" | "choices">> {
  readonly type?: string;
  readonly items?: JsonProperty;
  readonly enum?: readonly string[];
}

const types = ["boolean", "integer", "number", "string"] as const;

function describeOption(where: string, name: string, property: JsonProperty): OptionDescription {
  const list = property.type === "array";
  const inner = list ? (property.items ?? {}) : property;
  const type = types.find((one) => one === inner.type);
  if (type === undefined) throw undescribable(where, "is no boolean, number, text or list of them");
  const { description, unit, placeholder, environment } = property;
  if (description === undefined) throw undescribable(where, "has no description");
  const maximum = inner.maximum === Number.MAX_SAFE_INTEGER ? undefined : inner.maximum;
  const minimum = inner.minimum === Number.MIN_SAFE_INTEGER ? undefined : inner.minimum;
  return {
    name,
    type,
    description,
    ...(list && { list }),
    ...(inner.enum && { choices: inner.enum }),
    ...(property.default !== undefined && { default: property.default }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(unit !== undefined && { unit }),
    ...(placeholder !== undefined && { placeholder }),
    ...(property.positional && { positional: true as const }),
    ...(property.repeated && { repeated: true as const }),
    ...(environment !== undefined && { environment }),
  };
}

const undescribable = (where: string, why: string): BetalabError =>
  new BetalabError("config", `${where} ${why}`, 'size: z.int().default(1).describe("in pixels")');
