/**
 * Optimisers are composed of links, as in Optax: each makes new updates of those of the link before, the first of the
 * gradients, and the last are added to the parameters. A link declares what it keeps for each parameter and which
 * numbers it is fed, and never sees how many parameters there are, how they are packed or what a loss is.
 */

import { add, multiply, multiplyAdd, type Tensor } from "../../graph/index.ts";
import { fill } from "../initializers.ts";
import { type Position, type Schedule, valueAt } from "../schedules.ts";
import type { StateSpec } from "../state.ts";

/** When an update happens. */
export interface UpdateTime {
  /** Number of the update of this group of parameters, 1 for the first. */
  readonly t: number;
  /** Where schedules are read. */
  readonly position: Position;
}

/** One parameter, as a link sees it. */
export interface OwnState {
  readonly parameter: Tensor;
  /** What the link kept under this name. */
  kept(name: string): Tensor;
  keep(name: string, value: Tensor): void;
  /** This update's value of one of the link's scalars. */
  scalar(name: string): Tensor;
}

export interface Link {
  /** What is kept for each parameter, by the name that precedes the parameter's own in files. */
  readonly state?: Readonly<
    Record<string, (parameter: StateSpec) => Pick<StateSpec, "kind" | "initializer">>
  >;
  /** Numbers that are computed for every update and fed. */
  readonly scalars?: Readonly<Record<string, (time: UpdateTime) => number>>;
  /** From the updates of all parameters of a group together. */
  together?(updates: readonly Tensor[]): readonly Tensor[];
  /** From the update of one parameter. */
  each?(update: Tensor, own: OwnState): Tensor;
  /** What the updates are then multiplied by. The factors of neighbouring links are fed as one number. */
  readonly factor?: (time: UpdateTime) => number;
  /** Once the parameter has become `moved`. */
  after?(moved: Tensor, own: OwnState): void;
  /** Where this link applies the learning rate: for logs and messages. */
  readonly learningRate?: Schedule;
}

/** A state tensor that starts at 0 everywhere. */
export const zeros = () => ({ kind: "moment", initializer: fill(0) }) as const;

/** A parameter and its gradient; several parameters of one group may come as one. */
export interface Updatable {
  readonly spec: StateSpec;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
}

export interface Updated {
  readonly parameter: Tensor;
  /** What is kept for it, by the state tensor's name. */
  readonly state: ReadonlyMap<string, Tensor>;
}

/** The product of the factors before a link that looks at the updates, or before the end. */
const FACTOR = "factor";

export class Chain {
  readonly #links: readonly Link[];
  readonly #scalars: ReadonlyMap<string, (time: UpdateTime) => number>;
  readonly #scaled: boolean;

  constructor(given: readonly Link[]) {
    const links: Link[] = [];
    const scalars = new Map<string, (time: UpdateTime) => number>();
    let factors: NonNullable<Link["factor"]>[] = [];
    const declare = (name: string, value: (time: UpdateTime) => number) => {
      if (scalars.has(name)) throw new Error(`internal: two links of an optimiser have the scalar "${name}"`);
      scalars.set(name, value);
    };
    const product = () => {
      const all = factors;
      factors = [];
      return (time: UpdateTime) => all.reduce((total, factor) => total * factor(time), 1);
    };
    for (const link of given) {
      if (factors.length > 0 && (link.each !== undefined || link.together !== undefined)) {
        const name = `${FACTOR}${links.length}`;
        declare(name, product());
        links.push({ each: (update, own) => multiply(update, own.scalar(name)) });
      }
      for (const [name, value] of Object.entries(link.scalars ?? {})) declare(name, value);
      links.push(link);
      if (link.factor !== undefined) factors.push(link.factor);
    }
    this.#links = links;
    this.#scaled = factors.length > 0;
    this.#scalars = this.#scaled ? new Map([[FACTOR, product()], ...scalars]) : scalars;
  }

  /** The numbers that every update is fed. */
  get scalarNames(): string[] {
    return [...this.#scalars.keys()];
  }

  scalarsAt(time: UpdateTime): Record<string, number> {
    return Object.fromEntries([...this.#scalars].map(([name, value]) => [name, value(time)]));
  }

  /** `undefined` where no link applies one. */
  learningRate(position: Position): number | undefined {
    const schedule = this.#links.find((link) => link.learningRate !== undefined)?.learningRate;
    return schedule === undefined ? undefined : valueAt(schedule, position);
  }

  /**
   * One update of a group of parameters: what becomes of each, in their order, made as it is asked for. The graph then
   * does all that there is to do for one before the next, while its numbers are in the processor's cache.
   *
   * @param state serves what is kept
   */
  *update(
    group: readonly Updatable[],
    state: (spec: StateSpec) => Tensor,
    scalar: (name: string) => Tensor,
  ): Generator<Updated, void, void> {
    const kept = group.map(() => new Map<string, Tensor>());
    const own = group.map(({ spec, parameter }, i) => this.#own(spec, parameter, kept[i]!, state, scalar));
    // What needs all parameters comes before any of them goes its own way to the end.
    const split = this.#links.findLastIndex(({ together }) => together !== undefined) + 1;
    let updates: readonly Tensor[] = group.map(({ gradient }) => gradient);
    for (const { together, each } of this.#links.slice(0, split)) {
      if (together !== undefined) updates = together(updates);
      if (each !== undefined) updates = updates.map((update, i) => each(update, own[i]!));
    }
    for (const [i, { parameter }] of group.entries()) {
      const update = this.#links
        .slice(split)
        .reduce((before, { each }) => each?.(before, own[i]!) ?? before, updates[i]!);
      const moved = this.#scaled ? multiplyAdd(update, scalar(FACTOR), parameter) : add(parameter, update);
      for (const { after } of this.#links) after?.(moved, own[i]!);
      yield { parameter: moved, state: kept[i]! };
    }
  }

  #own(
    spec: StateSpec,
    parameter: Tensor,
    kept: Map<string, Tensor>,
    state: (spec: StateSpec) => Tensor,
    scalar: (name: string) => Tensor,
  ): OwnState {
    const specs = this.stateOf(spec);
    const specOf = (name: string): StateSpec => {
      const found = specs.get(name);
      if (found === undefined) throw new Error(`internal: no link of the optimiser keeps "${name}"`);
      return found;
    };
    return {
      parameter,
      kept: (name) => state(specOf(name)),
      keep: (name, value) => kept.set(specOf(name).name, value),
      scalar,
    };
  }

  /** What is kept for a parameter, by the links' own names. */
  stateOf(parameter: StateSpec): Map<string, StateSpec> {
    const result = new Map<string, StateSpec>();
    for (const [name, make] of this.#links.flatMap(({ state }) => Object.entries(state ?? {}))) {
      if (result.has(name)) throw new Error(`internal: two links of an optimiser keep "${name}"`);
      const one = (spec: StateSpec): StateSpec => ({
        name: `${name}.${spec.name}`,
        shape: spec.shape,
        members: spec.members?.map(one),
        ...make(spec),
      });
      result.set(name, one(parameter));
    }
    return result;
  }
}

/** An optimiser of these links; those that are not wanted may be `undefined`. */
export function chain(...links: readonly (Link | undefined)[]): Chain {
  return new Chain(links.filter((link) => link !== undefined));
}
