/** The files of a run: a list, its pictures, the bytes of one. */

import { closeSync, constants, createReadStream, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { isTemporary } from "../base/disk.ts";
import { isLeaseName } from "../base/lease-protocol.ts";
import { inside } from "./inside.ts";
import { pathBelow } from "./names.ts";
import type { Figure, FileEntry } from "./protocol.ts";
import { notThere, Refused } from "./refused.ts";

/** All files below a folder but leases and what is half written; no link is followed. */
export function listFiles(folder: string): FileEntry[] {
  const found: FileEntry[] = [];
  const look = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (isTemporary(entry.name) || isLeaseName(entry.name) || entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) look(path);
      const stat = entry.isFile() ? statSync(path, { throwIfNoEntry: false }) : undefined;
      if (stat === undefined) continue;
      const name = pathBelow(folder, path);
      found.push({ path: name, bytes: stat.size, modifiedAt: stat.mtime.toISOString() });
    }
  };
  look(folder);
  return found.toSorted((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

/** Pictures and animations of a run, by name and epoch. */
export function listFigures(run: string): Figure[] {
  const folder = join(run, "figures");
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return listFiles(folder).flatMap(({ path, bytes, modifiedAt }) => {
    const match = /^(.+?)(?:-epoch-(\d+))?\.(?:png|gif|svg)$/.exec(path);
    if (match === null) return [];
    const [, name, epoch] = match;
    const version = `${Date.parse(modifiedAt).toString(36)}${bytes.toString(36)}`;
    return [
      { name: name!, ...(epoch !== undefined && { epoch: Number(epoch) }), path: `figures/${path}`, version },
    ];
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".gif": "image/gif",
  ".ttf": "font/ttf",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".log": "text/plain; charset=utf-8",
  ".jsonl": "text/plain; charset=utf-8",
  ".yaml": "text/plain; charset=utf-8",
};

/** What comes from a run may come from a stranger: it sees nothing of the studio, and calls nobody. */
const sandbox = [
  "sandbox allow-scripts allow-downloads",
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
  "connect-src data: blob:",
  "worker-src blob:",
].join("; ");

export interface FileRequest {
  readonly range?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly download?: boolean;
  /** It is part of the package, not of a run. */
  readonly trusted?: boolean;
}

/**
 * The bytes of the file that `path` names below `folder`, or a range of them.
 *
 * @throws Refused 404; 416
 */
export function fileAnswer(folder: string, path: string, request: FileRequest): Response {
  const found = inside(folder, path);
  let file: number;
  try {
    file = openSync(found, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    throw notThere(path);
  }
  const close = <T>(result: T): T => {
    closeSync(file);
    return result;
  };
  const stat = fstatSync(file);
  if (!stat.isFile()) throw close(notThere(path));
  const etag = `"${stat.ino.toString(36)}-${stat.mtimeMs.toString(36)}-${stat.size.toString(36)}"`;
  const headers = new Headers({
    "content-type": types[extname(found).toLowerCase()] ?? "application/octet-stream",
    etag,
    "accept-ranges": "bytes",
    "cache-control": "no-cache",
  });
  if (request.trusted !== true) headers.set("content-security-policy", sandbox);
  if (request.download) {
    const name = encodeURIComponent(path.split("/").at(-1)!);
    headers.set("content-disposition", `attachment; filename*=UTF-8''${name}`);
  }
  if (request.ifNoneMatch === etag) return close(new Response(null, { status: 304, headers }));
  const part = rangeOf(request.range, stat.size);
  if (part === "none") throw close(new Refused(416, `${path} has ${stat.size} bytes`));
  const [start, end] = part ?? [0, stat.size - 1];
  headers.set("content-length", String(end - start + 1));
  if (part !== undefined) headers.set("content-range", `bytes ${start}-${end}/${stat.size}`);
  const status = part === undefined ? 200 : 206;
  if (stat.size === 0) return close(new Response(null, { status, headers }));
  const stream = createReadStream(found, { fd: file, start, end });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers });
}

/** First and last byte of a single range; `undefined` where the whole is wanted, "none" where there are no such bytes. */
function rangeOf(text: string | undefined, size: number): readonly [number, number] | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [from, to] = [match[1]!, match[2]!];
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? "none" : [start, end];
}
