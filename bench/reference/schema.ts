/** JSON Schema as people read it: a line for each value, with its type in words. */

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** One value within a schema. */
export interface Field {
  /** `settings[].runs[].seed`; a key that the data chooses is `*`. */
  readonly path: string;
  readonly schema: Schema;
  readonly optional: boolean;
}

/** All values of an object's schema, each before those inside it. */
export function fieldsOf(schema: Schema, prefix = ""): Field[] {
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const optional = !(schema.required ?? []).includes(name);
    return [{ path, schema: property, optional }, ...inside(property, path)];
  });
  const others = schema.additionalProperties;
  const isRecord = typeof others === "object" && Object.keys(others).length > 0;
  return isRecord ? [...named, ...inside(others, prefix === "" ? "*" : `${prefix}.*`)] : named;
}

function inside(schema: Schema, path: string): Field[] {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.flatMap((variant) => inside(variant, path));
  return schema.items === undefined ? fieldsOf(schema, path) : inside(schema.items, `${path}[]`);
}

/** "whole number ≥ 1", "list of numbers", "`mean` or `sample`". */
export function typeOf(schema: Schema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(" or ");
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  switch (schema.type) {
    case "array":
      if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
      return schema.items === undefined ? "list" : `list of: ${typeOf(schema.items)}`;
    case "integer":
      return `whole number${boundsOf(schema)}`;
    case "number":
      return `number${boundsOf(schema)}`;
    case "string":
      return "text";
    case "boolean":
      return "yes or no";
    case "object":
      return objectType(schema);
    case "null":
      return "`null`";
    default:
      return "any value";
  }
}

function objectType({ properties, additionalProperties: others }: Schema): string {
  // A section that may hold one of several kinds is called by its kind.
  const [[name, first] = []] = Object.entries(properties ?? {});
  if (first?.const !== undefined) return `{ ${name}: ${code(first.const)}, … }`;
  const isRecord = properties === undefined && typeof others === "object";
  return isRecord && Object.keys(others).length > 0 ? `by name: ${typeOf(others)}` : "object";
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const sides = [
    [minimum, "≥"],
    [exclusiveMinimum, ">"],
    [maximum, "≤"],
    [exclusiveMaximum, "<"],
  ] as const;
  // zod writes the safe integers as bounds of every whole number.
  const set = sides.filter(([bound]) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER);
  return set.map(([bound, sign], i) => `${i === 0 ? " " : ", "}${sign} ${bound}`).join("");
}

export const code = (value: unknown): string =>
  `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
