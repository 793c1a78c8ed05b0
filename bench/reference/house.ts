/** The picture of the house, from the rooms that docs/architecture.md lists. */

export interface Room {
  readonly name: string;
  readonly idea: string;
}

/** The table's rooms, in its order: from the bottom to the top. */
export function roomsOf(markdown: string): Room[] {
  return [...markdown.matchAll(/^\| `([a-z]+)` \| (.+) \|$/gm)].map(([, name, idea]) => ({
    name: name!,
    idea: idea!,
  }));
}

/** Rooms on each floor, from the bottom: those of a floor don't need each other much. */
const floors = [1, 2, 3, 3, 3, 4, 2, 2, 2, 1];
/** They run in a page too; of data, figures and config the pure doors do. */
const pure =
  "base graph plan wasm gpu nn models objectives data training latent metrics figures config".split(" ");
/** Where the walk of a job passes. */
const stops: Readonly<Record<string, string>> = { cli: "1 2", workbench: "3", jobs: "4 5 6" };

const WIDTH = 980;
const HEIGHT = 72;
const GAP = 10;
const SIDE = 16;

export function houseSvg(rooms: readonly Room[]): string {
  if (rooms.length !== floors.reduce((sum, one) => sum + one)) {
    throw new Error(`the floors of bench/reference/house.ts are not made for ${rooms.length} rooms`);
  }
  const top = 42;
  const height = top + floors.length * (HEIGHT + GAP) + 8;
  let first = 0;
  const boxes = floors.flatMap((count, floor) => {
    const own = rooms.slice(first, first + count);
    first += count;
    const width = (WIDTH - 2 * SIDE - (count - 1) * GAP) / count;
    const y = top + (floors.length - 1 - floor) * (HEIGHT + GAP);
    return own.map((room, i) => box(room, SIDE + i * (width + GAP), y, width));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="Inter, system-ui, sans-serif" role="img" aria-label="The rooms of the house, each above those that it uses">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(
      SIDE,
      26,
      15,
      "#1a1d21",
      "Each room uses those below it. Blue runs in a page too; numbers are the stops of a job.",
      600,
    ),
    ...boxes,
    "</svg>",
    "",
  ].join("\n");
}

function box({ name, idea }: Room, x: number, y: number, width: number): string {
  const [fill, line] = pure.includes(name) ? ["#e3effa", "#0072b2"] : ["#f3f4f6", "#5f6873"];
  const lines = wrapped(idea, Math.floor((width - 24) / 6.3));
  const words = lines.map((one, i) => text(x + 12, y + 44 + 16 * i, 12, "#3d444d", one));
  const stop = stops[name];
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${HEIGHT}" rx="6" fill="${fill}" stroke="${line}"/>`,
    text(x + 12, y + 24, 15, "#1a1d21", name, 600),
    ...words,
    ...(stop === undefined ? [] : [badge(x + width - 12, y + 24, stop)]),
  ].join("\n");
}

const badge = (x: number, y: number, label: string): string =>
  `<text x="${x}" y="${y}" font-size="14" font-weight="600" text-anchor="end" fill="#b34700">${label}</text>`;

function text(x: number, y: number, size: number, fill: string, content: string, weight = 400): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped}</text>`;
}

function wrapped(words: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
