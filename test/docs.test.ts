/** What the pages of docs/ say is so: files that they name are there, programs run, tables are whole. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { roomsOf } from "../bench/reference/house.ts";
import { createWorkbench } from "../src/index.ts";
import { userProject } from "./helpers/outside.ts";
import { exportsOf } from "./helpers/package.ts";
import { notBuilt } from "./helpers/processes.ts";
import { rooms } from "./import-rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (...parts: string[]) => readFileSync(join(root, ...parts), "utf8");
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.split("/").at(-1)!.includes("."));
const pages = ["README.md", ...filesIn(join(root, "docs")).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith(".md"),
);

test.each(pages)("%s: its links lead somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link!);
  for (const link of links) expect(existsSync(join(root, page, "..", link)), link).toBe(true);
});

describe("architecture.md", () => {
  const text = read("docs", "architecture.md");

  test("the files that it names exist", () => {
    const files = [...text.matchAll(/`((?:src|test|web)\/[^`\s]*)`/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
  });

  test("its rooms are those of the import rules, in their order", () => {
    const standing = rooms.filter((room) => existsSync(join(root, "src", room)));
    expect(roomsOf(text).map(({ name }) => name)).toEqual(standing);
  });

  test("the walk has at most six stops", () => {
    const [, walk] = text.split("## The walk of a job");
    expect(walk!.split("\n## ")[0]!.match(/^\d+\. /gm)!.length).toBeLessThanOrEqual(6);
  });
});

test("library.md: its doors are the package's", () => {
  const doors = [...read("docs", "library.md").matchAll(/^\| `(betalab[^`]*)` \|/gm)].map(([, door]) => door);
  const published = exportsOf(root).filter((door) => door !== "./package.json");
  expect(doors.toSorted()).toEqual(published.map((door) => door.replace(".", "betalab")).toSorted());
});

describe.skipIf(notBuilt !== undefined)("library.md, and the run that it leaves", () => {
  const { folder, node, betalab } = userProject();
  let output = "";

  beforeAll(() => {
    const blocks = [...read("docs", "library.md").matchAll(/^```js ?(\S*)\n(.*?)^```/gms)];
    for (const [, name, code] of blocks) if (name !== "") writeFileSync(join(folder, name!), code!);
    const program = blocks.filter(([, name]) => name === "").map(([, , code]) => code);
    writeFileSync(join(folder, "library.js"), program.join("\n"));
    const { status, out, err } = node("library.js");
    expect([status, err]).toEqual([0, ""]);
    output = out;
  });

  test("its programs run and print what they say", () => {
    const lines = output.trim().split("\n");
    expect(lines[0]).toMatch(/^1 \d+\.\d+$/);
    expect(output).toMatch(/^finished \d+\.\d+$/m);
    expect(output).toMatch(/^true usage `steps` .*many/m);
    expect(output).toMatch(/run\/figures\/traverse\.png.*run\/tables\/traverse\.csv/s);
    expect(output).toMatch(/^\.png \d{3,}$/m);
    expect(output).toMatch(/^9 9 2352$/m);
    expect(output).toMatch(/^\{ kind: 'half', share: 0\.5 \}$/m);
    expect(lines.at(-1)).toBe("half");
  });

  test("run-directory.md documents every file of a run", () => {
    for (const job of ["usage", "report", "interpolate", "tensorboard"]) betalab(job, "run");
    betalab("metrics", "run", "--train", "100", "--test", "20", "--only", "k-nn");
    betalab("resume", "run", "--epochs", "3");
    const found = filesIn(join(folder, "run"));
    const table = read("docs", "run-directory.md")
      .match(/^\| `.*$/gm)!
      .map((line) => line.split(" | "));
    const jobs = Object.keys(createWorkbench().jobs).join("|");
    const patterns = table.map(([file]) =>
      file!
        .replace(/^\| /, "")
        .match(/`[^`]+`/g)!
        .map((one) => one.slice(1, -1)),
    );
    const [known, endings] = [new Set<string>(), new Set<string>()];
    for (const [first, ...more] of patterns) {
      known.add(first!);
      for (const ending of more) endings.add(first!.replace(/\.\w+$/, ending));
    }
    const shape = (file: string) =>
      known.has(file)
        ? file
        : file
            .replace(/(step|epoch)-\d+/, "$1-N")
            .replace(/(tfevents)\.\d+/, "$1.N")
            .replace(new RegExp(`^(figures|tables)/(${jobs})(-[\\w-]+)?(?=\\.(png|svg|gif|csv)$)`), "$1/JOB");
    for (const file of found) expect([...known, ...endings], file).toContain(shape(file));
    // And the other way round: what training, evaluate, metrics and report leave is all there.
    const shapes = new Set(found.map(shape));
    const optional = ["lease", "checkpoints/best.safetensors"];
    for (const file of known) if (!optional.includes(file)) expect(shapes, file).toContain(file);
    for (const line of table) {
      const [file, format] = [line[0]!.match(/`([^`]+)`/)![1]!, line[2]!.match(/`format` (\d)/)?.[1]];
      if (format === undefined) continue;
      const value = JSON.parse(readFileSync(join(folder, "run", file), "utf8"));
      expect(value.format, file).toBe(Number(format));
    }
  });
});
