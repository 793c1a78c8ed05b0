/** From what a person named as a config, and the options that change it, to the config. */

import { configuration, type Resolved, type ResolveOptions } from "../config/index.ts";
import { readText } from "../config/node.ts";
import type { Context } from "./job.ts";

export interface ConfigOptions {
  readonly set?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly epochs?: number | undefined;
  readonly device?: string | undefined;
}

/** Throws "config" or "usage" naming the key and the value. */
export function resolveSubject(
  context: Pick<Context<"config">, "subject" | "environment" | "registries">,
  options: ConfigOptions,
): Resolved {
  return configuration(context.registries).resolve(context.subject, layersOf(context, options));
}

/** What stands above a config's own values. */
export function layersOf(
  { environment }: Pick<Context, "environment">,
  { set = [], seed, epochs, device }: ConfigOptions,
): ResolveOptions {
  return { set, environment, flags: { seed, device, "training.epochs": epochs }, readText };
}
