/** Tables of Markdown. */

export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What says that a page is made, and how to make it again. */
export const generated = (from: string): string =>
  `<!-- Made by \`npm run reference\` from ${from}: change those, not this page. -->`;

/** Blocks with an empty line between them. */
export const page = (blocks: readonly (string | undefined)[]): string =>
  `${blocks.filter((block) => block !== undefined).join("\n\n")}\n`;
