/** An engine of our own, which lends another what it has no kernels for. */

import type { Program, Value } from "../graph/index.ts";
import type { Feeds, KeepingSession, Runtime, Session } from "./runtime.ts";

export type Other = Pick<Runtime, "description" | "compile" | "open">;

interface Own extends Pick<Runtime, "device" | "description" | "note" | "threads" | "memory"> {
  /** What of a program it has no kernels for. */
  missing(program: Program): string | undefined;
  open(program: Program, kept: readonly string[]): KeepingSession;
  /** An engine for files of ONNX, and for graphs with operators that this one has no kernels for. */
  other(): Promise<Other>;
}

/** The runtime that both together are. */
export function withOther({ missing, open, other, ...own }: Own): Runtime {
  const { description } = own;
  let { note } = own;
  let made: Promise<Other> | undefined;
  const instead = (): Promise<Other> => {
    made ??= other().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  const compileKeeping: Runtime["compileKeeping"] = async (program, kept) => {
    const lacking = missing(program);
    if (lacking === undefined) return open(program, kept);
    const runtime = await instead();
    note = `${description} has no operator ${lacking}: "${program.name}" runs on ${runtime.description}, which is slower`;
    return new BorrowedSession(await runtime.compile(program), kept);
  };
  return {
    ...own,
    get note() {
      return note;
    },
    async compile(program) {
      const session = await compileKeeping(program, []);
      return {
        run: async (feeds) => (await session.run(feeds)).results,
        release: () => session.release(),
      } satisfies Session;
    },
    compileKeeping,
    open: async (...file) => (await instead()).open(...file),
  };
}

/** A program on another engine: what lies on our device is handed over as plain values, and so is what comes back. */
class BorrowedSession implements KeepingSession {
  readonly #session: Session;
  readonly #kept: readonly string[];

  constructor(session: Session, kept: readonly string[]) {
    this.#session = session;
    this.#kept = kept;
  }

  async run(feeds: Feeds): ReturnType<KeepingSession["run"]> {
    const values = Object.entries(feeds).map(
      async ([name, value]) => [name, "data" in value ? value : await value.read()] as const,
    );
    const results = { ...(await this.#session.run(Object.fromEntries(await Promise.all(values)))) };
    const kept: Record<string, Value> = {};
    for (const name of this.#kept) {
      kept[name] = results[name]!;
      delete results[name];
    }
    return { results, kept };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
