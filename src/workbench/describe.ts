/** From a job's declaration to its description. */

import { z } from "zod";
import type { AnyJob } from "../jobs/index.ts";
import type { JobDescription, OptionDescription } from "./description.ts";

/** Throws an Error that names the job and the option when a declaration can't be shown: a type that no form has. */
export function describeJob(job: AnyJob): JobDescription {
  const { name, summary, example, takes, subjectOptional } = job;
  const schema = z.toJSONSchema(job.options, { io: "input" });
  const options = Object.entries(schema.properties ?? {}).map(([key, property]) =>
    describeOption(`${name}: ${key}`, key, property as JsonProperty),
  );
  return {
    name,
    summary,
    example,
    takes,
    ...(subjectOptional && { subjectOptional }),
    ...(job.artifacts && { artifacts: true as const }),
    options,
    value: z.toJSONSchema(job.value, { io: "output", unrepresentable: "any" }),
  };
}

interface JsonProperty {
  readonly type?: string;
  readonly items?: JsonProperty;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly unit?: string;
  readonly placeholder?: string;
  readonly positional?: boolean;
  readonly repeated?: boolean;
  readonly environment?: string;
}

const types = ["boolean", "integer", "number", "string"] as const;

function describeOption(where: string, name: string, property: JsonProperty): OptionDescription {
  const list = property.type === "array";
  const inner = list ? (property.items ?? {}) : property;
  const type = types.find((one) => one === inner.type);
  if (type === undefined) throw new Error(`internal: ${where} is no boolean, number, text or list of them`);
  const { description, unit, placeholder, environment } = property;
  if (description === undefined) throw new Error(`internal: ${where} is not described`);
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
