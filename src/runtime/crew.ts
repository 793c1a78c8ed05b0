/**
 * Threads that share out the parts of kernels: whoever is free takes the next part. Who is not given time by the machine takes
 * none, so that nobody waits for a thread that does not run; what comes out does not depend on who computed it.
 */

/** A thread that was started from `helperSource`. */
export interface Helper {
  post(message: unknown): void;
}

/** A call of a kernel: its number, and where its addresses are among the program's. */
export interface Work {
  readonly kernel: number;
  readonly from: number;
  readonly to: number;
}

/** A program's kernels with memory that all threads see. */
export interface Shared {
  readonly module: unknown;
  readonly addresses: Int32Array;
  readonly works: readonly Work[];
}

/**
 * What the threads agree by. TURN: the number of the call times 256, plus the parts that nobody has taken yet; DONE: parts that are
 * done; PROGRAM, FIRST: what the parts are of; FAILED; AWAY: of each helper, whether it waits for messages.
 */
const [TURN, DONE, PROGRAM, FIRST, FAILED, AWAY] = [0, 16, 32, 33, 34, 48];
const PARTS = 0xff;
/** Looks at a number before a thread sleeps until it changes: some 20 µs. */
const SPINS = 5000;

/** Of threads that a program is cut for; more parts would be too small. */
const MOST_THREADS = 16;

/** A helper's script, without `listen(take)`, which differs between a page and Node. */
export const helperSource = `
const programs = new Map();
let state, memory, away;
listen((message) => {
  if (message.state !== undefined) ({ state, memory, away } = message);
  else if (message.module !== undefined) {
    const { exports } = new WebAssembly.Instance(message.module, { host: { memory } });
    programs.set(message.program, { ...message, kernels: Object.values(exports) });
  } else if (message.forget !== undefined) programs.delete(message.forget);
  work();
  Atomics.store(state, away, 1);
});
function work() {
  for (let looks = 0; ; ) {
    const turn = Atomics.load(state, ${TURN});
    if ((turn & ${PARTS}) === 0) {
      if (++looks < ${SPINS}) continue;
      if (Atomics.wait(state, ${TURN}, turn, 20) === "timed-out") return;
      looks = 0;
      continue;
    }
    const program = programs.get(Atomics.load(state, ${PROGRAM}));
    if (program === undefined) return; // It is among the messages.
    if (Atomics.compareExchange(state, ${TURN}, turn, turn - 1) !== turn) continue;
    looks = 0;
    try {
      const { kernel, from, to } = program.works[state[${FIRST}] + (turn & ${PARTS}) - 1];
      program.kernels[kernel](...program.addresses.subarray(from, to));
    } catch {
      Atomics.store(state, ${FAILED}, 1);
    }
    Atomics.add(state, ${DONE}, 1);
    Atomics.notify(state, ${DONE});
  }
}`;

export class Crew {
  /** This thread included. */
  readonly threads: number;
  readonly #hire: () => Helper;
  readonly #memory: unknown;
  readonly #state = new Int32Array(new SharedArrayBuffer(4 * (AWAY + MOST_THREADS)));
  #helpers: Helper[] | undefined;
  #turn = 0;
  #next = 0;

  /** For `openWasmRuntime`; nothing where one thread is wanted. */
  static of(threads: number, hire: () => Helper): { crew?(memory: unknown): Crew } {
    if (threads <= 1) return {};
    return { crew: (memory) => new Crew(Math.min(threads, MOST_THREADS), hire, memory) };
  }

  /** @param memory of the programs, which is shared */
  private constructor(threads: number, hire: () => Helper, memory: unknown) {
    this.threads = threads;
    this.#hire = hire;
    this.#memory = memory;
  }

  /** Makes a program known to all; returns its number. */
  add(shared: Shared): number {
    this.#helpers ??= this.#start();
    const program = this.#next++;
    for (const helper of this.#helpers) helper.post({ program, ...shared });
    return program;
  }

  #start(): Helper[] {
    try {
      return Array.from({ length: this.threads - 1 }, (_, i) => {
        const helper = this.#hire();
        helper.post({ state: this.#state, memory: this.#memory, away: AWAY + i });
        return helper;
      });
    } catch {
      return []; // A browser whose workers start no others: this thread does all parts.
    }
  }

  forget(program: number): void {
    for (const helper of this.#helpers ?? []) helper.post({ forget: program });
  }

  /** Whoever of the helpers waits for messages comes to work: at the beginning of a program's run. */
  call(): void {
    this.#helpers?.forEach((helper, i) => {
      if (Atomics.compareExchange(this.#state, AWAY + i, 1, 0) === 1) helper.post({});
    });
  }

  /** Has parts of a program done, from its work `first` on; `run` does one of them. */
  share(program: number, first: number, parts: number, run: (part: number) => void): void {
    const state = this.#state;
    Atomics.store(state, PROGRAM, program);
    Atomics.store(state, FIRST, first);
    Atomics.store(state, DONE, 0);
    // A helper that has not looked since another turn can take nothing of this one: the number differs.
    this.#turn = (this.#turn + 1) & 0xffffff;
    Atomics.store(state, TURN, (this.#turn << 8) | parts);
    Atomics.notify(state, TURN);
    for (let turn = Atomics.load(state, TURN); (turn & PARTS) > 0; turn = Atomics.load(state, TURN)) {
      if (Atomics.compareExchange(state, TURN, turn, turn - 1) !== turn) continue;
      run((turn & PARTS) - 1);
      Atomics.add(state, DONE, 1);
    }
    for (let looks = 0, done = 0; done < parts; looks++) {
      done = Atomics.load(state, DONE);
      if (done < parts && looks > SPINS) Atomics.wait(state, DONE, done);
    }
    if (Atomics.load(state, FAILED) === 1) throw new Error("internal: a kernel failed in another thread");
  }
}
