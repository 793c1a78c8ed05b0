/**
 * `betalab data fetch`: the only thing in this software that uses the network. A file arrives as `<name>.part`,
 * is continued where it broke off (in this call and in the next), and gets its name once the checksum is right.
 */

import { closeSync, openSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { discard, makeFolder, onDisk, writeAll } from "../base/disk.ts";
import { BetalabError, suggest } from "../base/errors.ts";
import { checkInterrupted, type DataContext } from "./context.ts";
import { unpackTar } from "./folder/unpack.ts";
import { hashFile } from "./formats/streams.ts";
import type { Download, DownloadFile, Source } from "./source.ts";
import { sources as shipped } from "./sources/index.ts";
import { downloadDirectory } from "./store/place.ts";

const fetchedFile = z.object({
  path: z.string().describe("the file"),
  bytes: z.int().describe("its size"),
  state: z
    .enum(["present", "downloaded", "continued"])
    .describe("present: it lay there with the right checksum; continued: from an earlier part"),
});

export type FetchedFile = z.output<typeof fetchedFile>;

export const fetchResult = z.object({
  name: z.string().describe("the data set's name"),
  directory: z.string().describe("where its files lie"),
  files: z.array(fetchedFile).readonly().describe("every file of the set"),
});

export type FetchResult = z.output<typeof fetchResult>;

export interface FetchOptions {
  /** Another place to fetch from: a URL of a folder with the files (a mirror). */
  readonly from?: string | undefined;
  /** Milliseconds without a byte after which a connection counts as broken; default 30 000. */
  readonly idleTimeout?: number;
  /** Told before the first byte: the files that are not there yet, with their lengths where the set or the server says them. */
  readonly onSizes?: (files: readonly FileSize[]) => void;
}

export interface FileSize {
  readonly name: string;
  readonly bytes: number | undefined;
}

/** Sets that people ask for by name and that no link which lasts leads to: how to get them, and which source reads them. */
const byHand: Readonly<Record<string, string>> = {
  celeba:
    "CelebA's links lead to Google Drive and Baidu, and change: get img_align_celeba.zip (1.4 GB) and list_attr_celeba.txt from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html; the zip needs no unpacking: source `folder`, `data` img_align_celeba.zip, data.factors.file=list_attr_celeba.txt",
};

/** Connections per file and home before it is given up. */
const attempts = 3;

/**
 * Fetches the set `name` of `sources` into the cache.
 *
 * Throws `usage` for an unknown set, `network` when a file can't be had or has a wrong checksum (the message names
 * the folder to put it in by hand), `disk`, `interrupted`.
 */
export async function fetchDataset(
  name: string,
  context: DataContext,
  options: FetchOptions = {},
  sources: readonly Source[] = shipped,
): Promise<FetchResult> {
  const known = sources.find((source) => source.name === name);
  const { download } = known ?? {};
  if (!download) {
    const names = sources.filter((source) => source.download !== undefined).map((source) => source.name);
    const hint =
      known?.obtain ?? byHand[name.toLowerCase().replaceAll(/[^a-z]/g, "")] ?? suggest(name, names);
    throw new BetalabError("usage", `there is nothing to fetch for "${name}"`, hint);
  }
  const homes = options.from === undefined ? download.homes : [options.from.replace(/\/*$/, "/")];
  const directory = downloadDirectory(context, name);
  makeFolder(directory);
  const { idleTimeout = 30_000, onSizes } = options;
  const missing = download.files.filter((file) => sizeOf(join(directory, file.name)) === 0);
  if (onSizes && missing.length > 0) {
    const told = async ({ name, bytes }: DownloadFile) => ({
      name,
      bytes: bytes ?? (await askedSize(name, homes, context, idleTimeout)),
    });
    onSizes(await Promise.all(missing.map(told)));
  }
  const files: FetchedFile[] = [];
  for (const file of download.files) {
    const fetched = await fetchFile({ ...download, homes }, file, directory, context, idleTimeout);
    if (download.members) await unpackTar(fetched.path, download.members, context);
    files.push(fetched);
  }
  return { name, directory, files };
}

/** The length that the first home which answers gives; nothing where none does. */
async function askedSize(
  name: string,
  homes: readonly string[],
  { signal }: DataContext,
  patience: number,
): Promise<number | undefined> {
  for (const home of homes) {
    const limits = [AbortSignal.timeout(patience), ...(signal ? [signal] : [])];
    const asked = { method: "HEAD", headers: { "accept-encoding": "identity" } };
    const answer = await fetch(new URL(name, home), { ...asked, signal: AbortSignal.any(limits) }).catch(
      () => undefined,
    );
    const length = Number(answer?.headers.get("content-length") ?? 0);
    if (answer?.ok && length > 0) return length;
  }
  return undefined;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function fetchFile(
  download: Download,
  file: DownloadFile,
  directory: string,
  context: DataContext,
  idleTimeout: number,
): Promise<FetchedFile> {
  const path = join(directory, file.name);
  const part = `${path}.part`;
  if (sizeOf(path) > 0 && (await checksum(path, file, context)).right) {
    return { path, bytes: sizeOf(path), state: "present" };
  }
  const continued = sizeOf(part) > 0;
  const failures: string[] = [];
  for (const home of download.homes) {
    const url = new URL(file.name, home);
    for (let attempt = 0; attempt < attempts; attempt++) {
      checkInterrupted(context);
      try {
        await pause(attempt, context);
        await transfer(url, part, file, context, idleTimeout);
        const found = await checksum(part, file, context);
        if (found.right) {
          renameSync(part, path);
          return { path, bytes: sizeOf(path), state: continued ? "continued" : "downloaded" };
        }
        // Not to be continued: the next attempt begins anew.
        discard(part);
        failures.push(`${url}: wrong checksum, ${found.told}`);
      } catch (error) {
        if (error instanceof BetalabError) throw error;
        checkInterrupted(context);
        failures.push(`${url}: ${reason(error)}`);
        // Without an answer there is no sense in asking the same place again at once.
        if (error instanceof Refused) break;
      }
    }
  }
  const told = [...new Set(failures)].map((failure) => `\n  ${failure}`).join("");
  throw new BetalabError(
    "network",
    `${file.name} of ${download.title} could not be downloaded:${told}`,
    `where there is no network, put ${download.files.map((one) => one.name).join(", ")} in ${directory} by hand, or name their folder by the \`data\` of the job that reads them`,
  );
}

/** Whether a file is the one that was published, and what tells that it isn't. */
async function checksum(
  path: string,
  { sha256, md5 }: DownloadFile,
  { signal }: DataContext,
): Promise<{ right: boolean; told: string }> {
  const algorithm = sha256 === undefined ? "md5" : "sha256";
  const [found, published] = [await hashFile(path, { signal }, algorithm), sha256 ?? md5];
  return { right: found === published, told: `${algorithm} ${found} instead of ${published}` };
}

/** Before another attempt: half a second, then a second. */
async function pause(attempt: number, { signal }: DataContext): Promise<void> {
  if (attempt === 0) return;
  await setTimeout(500 * 2 ** (attempt - 1), undefined, { ...(signal && { signal }) }).catch(() => {});
}

/** No connection, or an answer that asking again won't change. */
class Refused extends Error {}

/** `fetch failed` alone helps nobody: the cause has the address and the reason. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as (NodeJS.ErrnoException & { errors?: Error[] }) | undefined;
  const deepest = inner?.message || inner?.errors?.[0]?.message || inner?.code;
  return deepest ? `${message} (${deepest})` : message;
}

/** One connection: appends to `part` from where it ends. Returns at the end of the file, throws on a break. */
async function transfer(
  url: URL,
  part: string,
  { name: stage, bytes: most }: DownloadFile,
  context: DataContext,
  idleTimeout: number,
): Promise<void> {
  const idle = new AbortController();
  const signals = context.signal ? [context.signal, idle.signal] : [idle.signal];
  const stalled = new Error(`no answer for ${idleTimeout / 1000} s`);
  let timer = globalThis.setTimeout(() => idle.abort(stalled), idleTimeout);
  try {
    const have = sizeOf(part);
    // Identity: a server that compresses on the way would make byte positions meaningless.
    const headers = { "accept-encoding": "identity", ...(have > 0 && { range: `bytes=${have}-` }) };
    let response: Response;
    try {
      response = await fetch(url, { headers, signal: AbortSignal.any(signals) });
    } catch (error) {
      throw new Refused(reason(error), { cause: undefined });
    }
    // The part is as long as the file: the checksum will tell whether it is the file.
    if (response.status === 416 && have > 0) {
      await response.body?.cancel();
      return;
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Refused(`HTTP ${response.status} ${response.statusText}`.trim());
    }
    const from = startOf(response);
    if (from > have) throw new Error("the server sent another part of the file than asked for");
    const length = Number(response.headers.get("content-length") ?? 0);
    const total = length > 0 ? from + length : 0;
    if (most !== undefined && total > most) {
      await response.body.cancel();
      throw new Refused(`${total} bytes, where the file has ${most}`);
    }
    let done = from;
    const file = openPart(part, from);
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = globalThis.setTimeout(() => idle.abort(stalled), idleTimeout);
        onDisk(part, () => writeAll(file, chunk));
        done += chunk.length;
        if (most !== undefined && done > most) throw new Refused(`more than the file's ${most} bytes`);
        context.onProgress?.({ stage, done, total });
      }
    } finally {
      closeSync(file);
    }
    if (total > 0 && done < total) throw new Error(`broke off after ${done} of ${total} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** Where the answer begins: a server that knows no ranges sends the whole file with status 200. */
function startOf(response: Response): number {
  if (response.status !== 206) return 0;
  return Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
}

function openPart(part: string, from: number): number {
  return onDisk(part, () => {
    if (sizeOf(part) > from) truncateSync(part, from);
    return openSync(part, "a");
  });
}
