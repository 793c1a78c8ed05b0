/** A config as YAML with the origin of each value, a schema, or the picture of its schedules. */
import { formatConfig, type Resolved } from "../../config/index.ts";
import { dress } from "../options.ts";
import type { Told } from "./told.ts";

/** Options that set a value of the config. */
const NAMED = ["set", "seed", "epochs", "device"];

export function configText({ value, paths, options }: Told): string {
  if (options.schema === true) return JSON.stringify(value, null, 2);
  if (options.plot === true) {
    return paths.length > 0 ? paths.join("\n") : "no number of this config follows a schedule";
  }
  const { config, origins, explanations } = value as {
    readonly config: Resolved["config"];
    readonly origins: Readonly<Record<string, string>>;
    readonly explanations?: Readonly<Record<string, string>>;
  };
  const named = Object.entries(origins).map(([key, origin]) => [key, dress(origin, NAMED)] as const);
  return formatConfig({ config, origins: new Map(named) }, new Map(Object.entries(explanations ?? {})));
}
