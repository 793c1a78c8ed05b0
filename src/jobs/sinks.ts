/** Where artifacts go: into a run directory, or to the place that a person named. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { AtomicFile, makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { listed } from "../base/format.ts";
import { showValue } from "../base/issues.ts";
import { breathe, type Watch } from "../base/progress.ts";
import { type Artifact, type ByteStream, encodeArtifact } from "./artifacts.ts";

/** What a sink is given: a job's artifacts, and what their files are called. */
export interface Delivery {
  readonly artifacts: readonly Artifact[];
  /** The beginning of every name: "traverse". */
  readonly stem: string;
  /** How the making of streams is watched and stopped. */
  readonly watch?: Watch;
}

/** Takes the artifacts of one job; resolves to where each can be found, the one to look at first. */
export type Sink = (delivery: Delivery) => Promise<string[]>;

export interface FileSinkOptions {
  /** A run directory or a model's folder, where each kind has its part; or another one, where all lie side by side. */
  readonly folder: string;
  /**
   * Another folder, or a file (by its suffix) whose name replaces the stem. Nothing is written into `folder` then.
   * What belongs to folders of several subjects goes into as many folders of their names there.
   */
  readonly out?: string | undefined;
}

/** The part of a run directory that each kind belongs to. */
const parts: Readonly<Record<Artifact["kind"], string>> = {
  picture: "figures",
  animation: "figures",
  chart: "figures",
  table: "tables",
  record: "tables",
  text: "tables",
  stream: "tables",
  page: "",
  model: "model",
};

/**
 * Writes files, each whole or not at all.
 *
 * @throws BetalabError "disk" naming the file that can't be written; "config" naming the artifact that is none; "run" where
 * a run's model would be replaced by an older one.
 */
export function fileSink(options: FileSinkOptions): Sink {
  return async (delivery) => {
    for (const [i, artifact] of delivery.artifacts.entries()) checkArtifact(artifact, i, delivery.stem);
    // All of it before the first file: what can't be encoded leaves nothing half written.
    const files = await encodeAll(options, delivery);
    const paths = [...files.keys()];
    checkEnding(options.out, paths, delivery.artifacts);
    for (const folder of new Set(paths.map((path) => dirname(path)))) makeFolder(folder);
    for (const [path, content] of files) await write(path, content);
    return paths;
  };
}

const wrong = (stem: string, i: number, what: string, cause?: unknown) =>
  new BetalabError("config", `${stem}: artifact ${i + 1} ${what}`, "see docs/library.md", { cause });

/** Of whoever wrote a job without types. */
function checkArtifact(artifact: Artifact, i: number, stem: string): void {
  type Given = { kind?: Artifact["kind"]; name?: string; as?: unknown };
  const { kind, name = "", as } = Object(artifact) as Given;
  if (kind === undefined) throw wrong(stem, i, `is ${showValue(artifact)}, which has no kind`);
  if (!Object.hasOwn(parts, kind)) throw wrong(stem, i, `has the kind ${showValue(kind)}`);
  if (kind === "stream" && Object.keys(Object(as)).length === 0)
    throw wrong(stem, i, "is a stream without any `as`: .csv, for example, and what makes its bytes");
  if (/[/\\]/.test(name)) throw wrong(stem, i, `has the name ${showValue(name)}, which leaves its folder`);
}

/** What is written, by path. */
async function encodeAll({ folder, out }: FileSinkOptions, { artifacts, stem, watch }: Delivery) {
  const homeOf = (artifact: Artifact): string =>
    ("folder" in artifact ? artifact.folder : undefined) ?? folder;
  const ending = endingOf(out);
  const elsewhere = out && ending ? dirname(out) : out;
  const prefix = out && ending ? basename(out, extname(out)) : stem;
  const homes = new Set(artifacts.map(homeOf));
  /** In the form that the end of `out` asks for, or the first. */
  const streamed = (as: Readonly<Record<string, ByteStream>>) => {
    const suffix = Object.hasOwn(as, ending) ? ending : Object.keys(as)[0]!;
    return [{ suffix, bytes: as[suffix]!(watch) }];
  };
  const files = new Map<string, Uint8Array | AsyncIterable<Uint8Array>>();
  for (const [i, artifact] of artifacts.entries()) {
    const { kind, name = "" } = artifact;
    const home = homeOf(artifact);
    const own = elsewhere === undefined || homes.size === 1 ? "" : basename(resolve(home));
    const into = elsewhere === undefined ? join(home, partOf(home, kind)) : join(elsewhere, own);
    if (kind === "model") {
      if (elsewhere === undefined) refuseOlder(into, artifact.step);
      else refuseRun(into);
    }
    const whole = kind === "model" ? name : name === "" ? prefix : `${prefix}-${name}`;
    await breathe();
    const encoded =
      kind === "stream"
        ? streamed(artifact.as)
        : await encodeArtifact(artifact).catch((cause) => {
            throw wrong(stem, i, `can't be encoded: ${(cause as Error).message}`, cause);
          });
    for (const { suffix, bytes } of encoded) {
      const path = join(into, `${whole}${suffix}`);
      if (files.has(path)) {
        if (own === "") throw wrong(stem, i, `is called ${path}, as another one is`);
        throw new BetalabError("usage", `\`out\` can't hold what belongs to two folders called ${own}`);
      }
      files.set(path, bytes);
    }
  }
  return files;
}

async function write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const file = new AtomicFile(path);
  try {
    if (content instanceof Uint8Array) file.write(content);
    else for await (const chunk of content) file.write(chunk);
    file.commit();
  } finally {
    file.abort();
  }
}

/** ".png" of a place that is a file; "" of a folder: it is there, ends in a slash, or has no ending, as "beta-0.5" has none. */
function endingOf(out = ""): string {
  const ending = extname(out).toLowerCase();
  const isFolder = /[/\\]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
  return isFolder || !/^\.[a-z]/.test(ending) ? "" : ending;
}

/** Throws "usage" for a file's ending that none of the files has, or one where files have names of their own. */
function checkEnding(
  out: string | undefined,
  files: readonly string[],
  artifacts: readonly Artifact[],
): void {
  const ending = endingOf(out);
  if (ending === "") return;
  const haveNames = artifacts.some(({ kind }) => kind === "model");
  const endings = haveNames ? [] : [...new Set(files.map((file) => extname(file)))];
  if (endings.includes(ending)) return;
  const forms = artifacts.flatMap((one) => (one.kind === "stream" ? Object.keys(one.as) : []));
  const possible = [...new Set([...endings, ...forms])];
  throw new BetalabError(
    "usage",
    `\`out\`: ${out} ends in ${ending}, ${haveNames ? "and these files keep their own names" : "as nothing that is made here does"}`,
    `name a folder (${out}/ is one)${possible.length === 0 ? "" : `, or a file that ends in ${listed(possible, " or ")}`}`,
  );
}

function partOf(folder: string, kind: Artifact["kind"]): string {
  return ["run.json", "model.json"].some((name) => existsSync(join(folder, name))) ? parts[kind] : "";
}

/** Throws "usage" when `folder` is a run directory: with a model's files loose in it, it would be two things at once. */
function refuseRun(folder: string): void {
  if (!existsSync(join(folder, "run.json"))) return;
  throw new BetalabError(
    "usage",
    `\`out\`: ${folder} is a run directory, whose model belongs into ${join(folder, "model")}`,
    "leave `out` out to write a run's own model there, or name another folder",
  );
}

/** Throws "run" when `folder` holds a model that was trained for more than `step` steps. */
function refuseOlder(folder: string, step: number): void {
  const file = join(folder, "model.json");
  let there: unknown;
  try {
    there = (JSON.parse(readFileSync(file, "utf8")) as { steps?: unknown } | null)?.steps;
  } catch {
    return; // There is none, or it is of no use to anybody.
  }
  if (typeof there !== "number" || there <= step) return;
  throw new BetalabError(
    "run",
    `${folder} holds the model of step ${there}: the weights of step ${step} would replace newer ones`,
    "give `out` to write them elsewhere, or delete the model that is there",
  );
}
