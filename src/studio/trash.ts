/** Deleted runs, `.trash/` of the studio's folder: each with a note of where it was, until it is put back or somebody empties it. */

import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { makeFolder, onDisk, writeFileAtomic } from "../base/disk.ts";
import { stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import { inside, isPlace } from "./inside.ts";
import { isId, newId } from "./names.ts";
import type { TrashEntry } from "./protocol.ts";
import { notThere, Refused } from "./refused.ts";

const written = z.object({ run: z.string(), deletedAt: z.string(), bytes: z.number() });

export class Trash {
  readonly #root: string;
  readonly #folder: string;

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, ".trash");
  }

  /** The newest first. */
  list(): TrashEntry[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .flatMap((id) => this.#read(id) ?? [])
      .toSorted((a, b) => b.deletedAt.localeCompare(a.deletedAt));
  }

  /**
   * Moves a run here.
   *
   * @param bytes of its files
   * @throws Refused 404; 409 while somebody works on it. BetalabError "disk"
   */
  take(run: string, bytes: number): TrashEntry {
    const folder = inside(this.#root, run);
    if (!existsSync(join(folder, "run.json"))) throw notThere(`a run ${run}`);
    const other = occupant(folder);
    if (other !== undefined)
      throw new Refused(409, `${run} is in use by ${other.name}`, "stop it first", "run");
    const deletedAt = new Date().toISOString();
    const id = newId(deletedAt);
    const entry = { id, run, deletedAt, bytes };
    makeFolder(join(this.#folder, id));
    try {
      writeFileAtomic(join(this.#folder, id, "entry.json"), stringifyJson(entry));
      move(folder, join(this.#folder, id, "run"));
    } catch (error) {
      rmSync(join(this.#folder, id), { recursive: true, force: true });
      throw error;
    }
    return entry;
  }

  /** Puts a run back where it was; returns its id. Throws Refused 404; 409 where something else is there; 403 where that is no place here. */
  restore(id: string): string {
    const entry = this.#read(id);
    if (entry === undefined) throw notThere("this run of the trash");
    if (!isPlace(this.#root, entry.run))
      throw new Refused(403, `${entry.run} is no place of this folder, or reached through a link`);
    const home = join(this.#root, ...entry.run.split("/"));
    if (existsSync(home))
      throw new Refused(409, `${entry.run} is there again`, "move or delete that one first", "run");
    makeFolder(dirname(home));
    move(join(this.#folder, id, "run"), home);
    rmSync(join(this.#folder, id), { recursive: true, force: true });
    return entry.run;
  }

  #read(id: string): TrashEntry | undefined {
    if (!isId(id)) return undefined;
    try {
      const entry = written.parse(JSON.parse(readFileSync(join(this.#folder, id, "entry.json"), "utf8")));
      return existsSync(join(this.#folder, id, "run")) ? { ...entry, id } : undefined;
    } catch {
      return undefined;
    }
  }
}

const move = (from: string, to: string): void => onDisk(to, () => renameSync(from, to));
