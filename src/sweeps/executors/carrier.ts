/**
 * Run directories in the queue's store, for machines that share no disk: a worker sends its run there as it grows, whoever takes the
 * task over begins from that copy, and the sweep brings it home when the task has ended. Of two workers of one
 * task only the later one can change what is there.
 */

import type { Redis } from "ioredis";
import { BetalabError } from "../../base/errors.ts";
import { check, describeIssue } from "../../base/issues.ts";
import { parseJson } from "../../base/json.ts";
import { type Home, LOG, type Manifest, manifestSchema, receive, type Sender } from "./pieces.ts";

/** A hash: `holder`, who may write, and `manifest`. It is there for every task whose run travels. */
const runKey = (id: string): string => `betalab:run:${id}`;
/** A hash from a piece's name to its bytes. */
const piecesKey = (id: string): string => `betalab:pieces:${id}`;

/** Replaces the manifest, and drops the pieces that are not in it; 0 where somebody else holds the run now. */
const COMMIT = `
if redis.call('hget', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'manifest', ARGV[2])
local keep = {}
for i = 3, #ARGV do keep[ARGV[i]] = true end
for _, piece in ipairs(redis.call('hkeys', KEYS[2])) do
  if not keep[piece] then redis.call('hdel', KEYS[2], piece) end
end
return 1`;

/** Drops a manifest and its pieces, unless a newer one is there. */
const DROP = `
if redis.call('hget', KEYS[1], 'manifest') ~= ARGV[1] then return 0 end
redis.call('hdel', KEYS[1], 'manifest')
redis.call('del', KEYS[2])
return 1`;

export class Carrier {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Of these tasks, those whose runs travel. */
  async travelling(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const line = this.#redis.pipeline();
    for (const id of ids) line.exists(runKey(id));
    const answers = (await line.exec()) ?? [];
    return new Set(ids.filter((_, i) => answers[i]?.[1] === 1));
  }

  /** From now on `holder`, and nobody else, may send this run. */
  async hold(id: string, holder: string): Promise<void> {
    await this.#redis.hset(runKey(id), "holder", holder);
  }

  /**
   * Sends what changed of a run. Returns false where somebody else holds it now.
   *
   * @throws BetalabError "network" where the store is full.
   */
  async send(id: string, sender: Sender, holder: string): Promise<boolean> {
    const there = new Set(await this.#redis.hkeys(piecesKey(id)));
    try {
      const manifest = await sender.look(
        (piece) => there.has(piece),
        async (piece, bytes) => {
          await this.#redis.hset(piecesKey(id), piece, bytes);
          there.add(piece);
        },
      );
      const keep = manifest.files.flatMap(({ pieces }) => pieces);
      const keys = [runKey(id), piecesKey(id)];
      return (await this.#redis.eval(COMMIT, 2, ...keys, holder, JSON.stringify(manifest), ...keep)) === 1;
    } catch (cause) {
      if (!/\bOOM\b/.test((cause as Error).message)) throw cause;
      throw new BetalabError(
        "network",
        "the queue's store is full",
        "raise its maxmemory, or bring runs home: betalab sweep status FOLDER",
        { cause },
      );
    }
  }

  /**
   * Brings a run from the store to `home`. Returns the manifest that it then has, or nothing where the store holds none.
   *
   * @throws BetalabError "disk"; "run" where what is there is damaged.
   */
  async fetch(id: string, home: Home): Promise<string | undefined> {
    for (;;) {
      const text = await this.#redis.hget(runKey(id), "manifest");
      if (text === null) return undefined;
      const piece = (name: string) => this.#redis.hgetBuffer(piecesKey(id), name);
      const received = await receive(parse(id, text), home, piece);
      if (received === "whole") return text;
      if ((await this.#redis.eval(DROP, 2, runKey(id), piecesKey(id), text)) === 0) continue; // There is a newer one.
      throw new BetalabError(
        "run",
        `what the queue's store had of ${home.run} is ${received === "gone" ? "not whole" : "damaged"}, and was dropped`,
        "betalab sweep retry begins again from what is here",
      );
    }
  }

  /** Brings a run home and empties the store of it. Returns false where the store holds none. */
  async collect(id: string, home: Home): Promise<boolean> {
    const manifest = await this.fetch(id, home);
    if (manifest === undefined) return false;
    await this.#redis.eval(DROP, 2, runKey(id), piecesKey(id), manifest);
    return true;
  }

  /** What the log of a run that is on its way says. */
  async log(id: string): Promise<string | undefined> {
    const text = await this.#redis.hget(runKey(id), "manifest");
    if (text === null) return undefined;
    const log = parse(id, text).files.find(({ path }) => path === LOG);
    const parts = (log?.pieces ?? []).map((piece) => this.#redis.hgetBuffer(piecesKey(id), piece));
    return Buffer.concat((await Promise.all(parts)).filter((part) => part !== null)).toString();
  }

  async forget(id: string): Promise<void> {
    await this.#redis.del(runKey(id), piecesKey(id));
  }
}

function parse(id: string, text: string): Manifest {
  const { output, issue } = check(manifestSchema, parseJson(text));
  if (issue === undefined) return output;
  throw new BetalabError("run", `the queue's store has no run for ${id}: ${describeIssue(issue)}`);
}
