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

/** A program's kernels, and the memory that all threads see. */
export interface Shared {
  readonly memory: unknown;
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
let state, away;
listen((message) => {
  if (message.state !== undefined) ({ state, away } = message);
  else if (message.module !== undefined) {
    const { program, memory, module, addresses, works } = message;
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    programs.set(program, { addresses, works, kernels: Object.values(exports) });
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

/** The helpers of this thread: every crew has the first of them, since parts of one program at a time are shared out. */
const helpers: Helper[] = [];
let shared: Int32Array | undefined;
let [turns, programs] = [0, 0];

const forget = (program: number): void => {
  for (const helper of helpers) helper.post({ forget: program });
};
/** Programs that were let go without being forgotten: their memory would stay. */
const letGo = new FinalizationRegistry(forget);

export class Crew {
  /** This thread included. */
  readonly threads: number;
  readonly #state: Int32Array;
  readonly #helpers: readonly Helper[];

  /** For `openWasmRuntime`: so many threads, or as many as can be started; nothing where that is one. */
  static of(wanted: number, hire: () => Helper): { crew?(): Crew } {
    const threads = Math.min(wanted, MOST_THREADS);
    if (threads <= 1) return {};
    shared ??= new Int32Array(new SharedArrayBuffer(4 * (AWAY + MOST_THREADS)));
    const state = shared;
    try {
      while (helpers.length < threads - 1) {
        const helper = hire();
        helper.post({ state, away: AWAY + helpers.length });
        helpers.push(helper);
      }
    } catch {
      // A machine without room for another, or a browser whose workers start none: those that there are do all parts.
    }
    const there = helpers.slice(0, threads - 1);
    return there.length === 0 ? {} : { crew: () => new Crew(state, there) };
  }

  private constructor(state: Int32Array, own: readonly Helper[]) {
    this.threads = own.length + 1;
    this.#state = state;
    this.#helpers = own;
  }

  /** Makes a program known to all; returns its number. */
  add(program: Shared): number {
    const number = programs++;
    for (const helper of this.#helpers) helper.post({ program: number, ...program });
    letGo.register(program.addresses, number);
    return number;
  }

  forget(program: number): void {
    forget(program);
  }

  /** Whoever of the helpers waits for messages comes to work: at the beginning of a program's run. */
  call(): void {
    this.#helpers.forEach((helper, i) => {
      if (Atomics.compareExchange(this.#state, AWAY + i, 1, 0) === 1) helper.post({});
    });
  }

  /**
   * Has parts of a program done, from its work `first` on; `run` does one of them. Throws what one of them threw once all are
   * done: until then other threads work in the program's memory.
   */
  share(program: number, first: number, parts: number, run: (part: number) => void): void {
    const state = this.#state;
    Atomics.store(state, PROGRAM, program);
    Atomics.store(state, FIRST, first);
    Atomics.store(state, DONE, 0);
    // A helper that has not looked since another turn can take nothing of this one: the number differs.
    turns = (turns + 1) & 0xffffff;
    Atomics.store(state, TURN, (turns << 8) | parts);
    Atomics.notify(state, TURN);
    let failure: unknown;
    for (let turn = Atomics.load(state, TURN); (turn & PARTS) > 0; turn = Atomics.load(state, TURN)) {
      if (Atomics.compareExchange(state, TURN, turn, turn - 1) !== turn) continue;
      try {
        run((turn & PARTS) - 1);
      } catch (error) {
        failure = error;
      }
      Atomics.add(state, DONE, 1);
    }
    for (let looks = 0, done = 0; done < parts; looks++) {
      done = Atomics.load(state, DONE);
      if (done < parts && looks > SPINS) Atomics.wait(state, DONE, done);
    }
    if (Atomics.exchange(state, FAILED, 0) === 1)
      failure ??= new Error("internal: a kernel failed in another thread");
    if (failure !== undefined) throw failure;
  }
}
