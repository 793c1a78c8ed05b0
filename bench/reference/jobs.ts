/** `docs/reference/jobs.md`: every job as its declaration says. */

import { commandOf } from "../../src/cli/from-job.ts";
import { flagsOf } from "../../src/cli/options.ts";
import { type JobDescription, methodName, type OptionDescription } from "../../src/workbench/index.ts";
import { generated, page, table } from "./markdown.ts";
import { code, fieldsOf, type Schema, typeOf } from "./schema.ts";

const introduction = `# Jobs

Every job is declared once, and all of this follows from its declaration: the command, the function of the workbench
(\`await workbench.traverse(model, options)\`, see [library.md](../library.md)), the step of a sweep, and this page. Options are called
\`oneWay\` in the library and in a sweep's \`then\`, \`--one-way\` on the command line. Every command also takes \`--json\`, \`--quiet\` and
\`--config-module FILE\`; with \`--json\` it prints the value that is described here, with \`paths\` where files were written and
\`notes\` where something was noted.`;

export function jobsPage(jobs: readonly JobDescription[]): string {
  const list = jobs.map(({ name, summary }) => [`[${name}](#${anchor(name)})`, summary]);
  return page([
    generated("the jobs' declarations"),
    introduction,
    table(["job", "what it does"], list),
    ...jobs.flatMap(section),
  ]);
}

const anchor = (name: string): string => name.replaceAll(" ", "-");

function section(job: JobDescription): (string | undefined)[] {
  const { name, summary, example, options, takes, artifacts } = job;
  const command = commandOf(job, () => Promise.reject(new Error("nothing is run")));
  const words = command.arguments.map(({ name: word, required = true, variadic = false }) => {
    const inner = variadic ? `${word}...` : word;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  const subject = takes === "nothing" ? "" : `${takes}, `;
  const taken = command.arguments.map(({ name: word, description }) => `\`${word}\` is ${description}.`);
  return [
    `## ${name}`,
    `${sentence(summary)}${artifacts ? " Makes files, which `--out` or `save(out)` sends elsewhere." : ""}`,
    `\`\`\`\nbetalab ${[name, ...words].join(" ")} [options]\n${example}\n\`\`\``,
    [`In a program: \`workbench.${methodName(name)}(${subject}options)\`.`, ...taken].join(" "),
    options.length === 0 ? "It has no options." : optionTable(options),
    valueTable(job.value as Schema),
  ];
}

function optionTable(options: readonly OptionDescription[]): string {
  return table(
    ["option", "command line", "type", "default", "meaning"],
    options.map((option) => [
      code(option.name),
      option.positional ? "follows the subject" : code(flagsOf(option)),
      optionType(option),
      option.default === undefined || isEmpty(option.default) ? "" : code(option.default),
      option.description + (option.environment === undefined ? "" : ` [${option.environment}]`),
    ]),
  );
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function optionType({ type, list, choices, unit, minimum, maximum }: OptionDescription): string {
  const one =
    typeOf({ type, enum: choices, minimum, maximum } as Schema) + (unit === undefined ? "" : `, ${unit}`);
  return list ? `list of: ${one}` : one;
}

function valueTable(value: Schema): string {
  const inner = value.items ?? value;
  const fields = fieldsOf(inner);
  if (fields.length === 0)
    return `Value: ${typeOf(value)}${inner.description ? `, ${inner.description}` : ""}.`;
  const rows = fields.map(({ path, schema, optional }) => [
    code(path),
    typeOf(schema) + (optional ? ", if there is one" : ""),
    schema.description ?? "",
  ]);
  return `${value.items ? "Value, a list of" : "Value"}:\n\n${table(["field", "type", "meaning"], rows)}`;
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
