/** What a JSON Schema lets stand at a place of a config. */

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** The names that can stand at `objective.kind`, in the schema's order; none where anything else may. */
export function choicesAt(root: unknown, key: string): string[] {
  const whole = root as Schema;
  let places: readonly Schema[] = branches(whole, whole);
  for (const part of key.split("."))
    places = places.flatMap(({ properties }) =>
      properties?.[part] === undefined ? [] : branches(properties[part], whole),
    );
  const named = places.flatMap((schema) => schema.enum ?? ("const" in schema ? [schema.const] : []));
  const isNamed = places.every((schema) => schema.enum !== undefined || "const" in schema);
  return isNamed ? [...new Set(named.filter((one): one is string => typeof one === "string"))] : [];
}

/** The schema itself, and all that it may be instead. */
function branches(schema: Schema, root: Schema, seen: ReadonlySet<Schema> = new Set()): Schema[] {
  if (seen.has(schema)) return [];
  const inside = new Set(seen).add(schema);
  const more = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (schema.$ref !== undefined) more.push(referenced(root, schema.$ref));
  const isOnlyChoice = more.length > 0 && schema.properties === undefined;
  return [...(isOnlyChoice ? [] : [schema]), ...more.flatMap((one) => branches(one, root, inside))];
}

function referenced(root: Schema, reference: string): Schema {
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  return path.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    root,
  ) as Schema;
}
