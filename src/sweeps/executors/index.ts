/** All executors that ship, and how one is chosen. A new one is a file and a line. */

import { BetalabError, suggest } from "../../base/errors.ts";
import { check, describeIssue, showValue } from "../../base/issues.ts";
import type { AnyExecutor, Context, Executor, ExecutorPlace } from "../../jobs/index.ts";
import { local } from "./local.ts";
import { redis } from "./redis.ts";
import { slurmExecutor } from "./slurm.ts";

const shipped: readonly AnyExecutor[] = [local, redis, slurmExecutor];

/** An executor that was chosen, and its options checked. */
export interface Chosen {
  readonly definition: AnyExecutor;
  open(place: Omit<ExecutorPlace, "address">): Promise<Executor>;
}

/**
 * The executor that `on` names, by its name or an address that begins with it.
 *
 * @param given resources: each must be one of its options
 * @throws BetalabError "usage" naming the option; "config" for a definition of one's own that is none.
 */
export function chooseExecutor(
  on: string,
  given: Readonly<Record<string, unknown>>,
  { executors = [] }: Pick<Context, "executors">,
): Chosen {
  const all = [...shipped, ...executors.map(checked)];
  const name = on.split("://")[0]!;
  // An address over TLS: rediss://.
  const definition = all.find((one) => one.name === name || `${one.name}s` === name);
  if (definition === undefined) {
    const names = all.map((one) => one.name);
    throw new BetalabError("usage", `\`on\`: there is no executor "${on}"`, suggest(name, names));
  }
  const known = Object.keys(definition.options.shape);
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const stranger = Object.keys(wanted).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    const takers = all.filter(({ options }) => stranger in options.shape).map((one) => one.name);
    const own =
      known.length === 0
        ? "it takes none of these"
        : `it takes ${known.map((key) => `\`${key}\``).join(", ")}`;
    const takes = takers.length === 0 ? own : `${own}; \`on\` ${takers.join(" or ")} takes \`${stranger}\``;
    throw new BetalabError("usage", `\`${stranger}\` means nothing to the executor ${name}`, takes);
  }
  const { output, issue } = check(definition.options, wanted);
  if (issue !== undefined) throw new BetalabError("usage", describeIssue(issue, `\`${issue.path[0]}\``));
  return { definition, open: (place) => definition.open({ ...place, address: on }, output) };
}

function checked(item: unknown, i: number): AnyExecutor {
  const { name, options, open, lasting } = (item ?? {}) as Partial<AnyExecutor>;
  const sound =
    typeof name === "string" &&
    typeof open === "function" &&
    typeof lasting === "boolean" &&
    typeof options?.shape === "object";
  if (sound && !shipped.some((one) => one.name === name)) return item as AnyExecutor;
  const what = sound ? `is called "${name}", as another is` : `is ${showValue(item)}, not an executor`;
  throw new BetalabError(
    "config",
    `executors[${i}] ${what}`,
    "make it with executor({ name, summary, options, lasting, open })",
  );
}
