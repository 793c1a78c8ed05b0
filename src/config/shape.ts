/** Looking into the schema: which keys may stand at a path, for "did you mean" and for switching variants. */

import { z } from "zod";

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object schemas that may stand at `path` of `root`, given the values around it. */
function objectsAt(root: z.ZodType, path: readonly string[], values: unknown): z.ZodObject[] {
  let schemas: z.ZodType[] = [root];
  let value = values;
  for (const key of path) {
    schemas = schemas
      .flatMap((schema) => unwrap(schema, value))
      .flatMap((schema) => {
        const inner = (schema.shape as Record<string, z.ZodType>)[key];
        return inner === undefined ? [] : [inner];
      });
    value = isPlainObject(value) ? value[key] : undefined;
  }
  return schemas.flatMap((schema) => unwrap(schema, value));
}

/** Peels defaults and options off, and picks the variant of a union that the value names (all, if none). */
function unwrap(schema: z.ZodType, value: unknown): z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap() as z.ZodType, value);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const key = schema.def.discriminator;
    const options = (schema.options as unknown as z.ZodType[]).flatMap((option) => unwrap(option, value));
    const chosen = isPlainObject(value)
      ? options.filter((option) => literalOf(option, key) === value[key])
      : [];
    return chosen.length > 0 ? chosen : options;
  }
  if (schema instanceof z.ZodUnion) {
    return (schema.options as unknown as z.ZodType[]).flatMap((option) => unwrap(option, value));
  }
  return [];
}

function literalOf(schema: z.ZodObject, key: string): unknown {
  const literal = schema.shape[key];
  return literal instanceof z.ZodLiteral ? literal.value : undefined;
}

/** Keys that may stand at `path`. */
export function keysAt(root: z.ZodType, path: readonly string[], values: unknown): string[] {
  return [...new Set(objectsAt(root, path, values).flatMap((schema) => Object.keys(schema.shape)))];
}

/** An object's values by dotted path; a list is one value, and a schedule, half of which says nothing, unless `cut` says otherwise. */
export function leavesOf(value: unknown, { cut = false } = {}, path = ""): [path: string, value: unknown][] {
  if (!isPlainObject(value) || (!cut && "schedule" in value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, { cut }, path === "" ? key : `${path}.${key}`),
  );
}

/** What the schema says of the key at `path`, given the values around it. */
export function descriptionAt(root: z.ZodType, path: readonly string[], values: unknown): string | undefined {
  const [at, key] = [path.slice(0, -1), path.at(-1)!];
  for (const { shape } of objectsAt(root, at, values)) {
    let schema = shape[key] as z.ZodType | undefined;
    while (schema !== undefined) {
      if (schema.description !== undefined) return schema.description;
      schema =
        schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
          ? (schema.unwrap() as z.ZodType)
          : undefined;
    }
  }
  return undefined;
}

/** The keys of one variant of a section, and what each may hold. */
export type Variant = z.ZodObject<Record<string, z.ZodType>>;

/** The variant of the section at `path` whose `discriminator` is `name`; `undefined` if there is none. */
export function variantAt(
  root: z.ZodType,
  path: readonly string[],
  discriminator: string,
  name: unknown,
): Variant | undefined {
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { [discriminator]: name });
  const found = objectsAt(root, path, nested).find((schema) => literalOf(schema, discriminator) === name);
  return found as Variant | undefined;
}

/** The values that the discriminator at `path` may take. */
export function variantNames(root: z.ZodType, path: readonly string[], discriminator: string): string[] {
  const all = objectsAt(root, path, undefined).map((schema) => String(literalOf(schema, discriminator)));
  return [...new Set(all)];
}
