/** From what a person named as a config, and the options that change it, to the config. */

import { configuration, type Resolved } from "../config/index.ts";
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
  { subject, environment, registries }: Pick<Context<"config">, "subject" | "environment" | "registries">,
  { set = [], seed, epochs, device }: ConfigOptions,
): Resolved {
  const flags = { seed, device, "training.epochs": epochs };
  return configuration(registries).resolve(subject, {
    set,
    environment,
    flags,
    readText,
  });
}
