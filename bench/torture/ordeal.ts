/** What the campaign is made of: an ordeal is an endless supply of trials of one kind, and a promise that they test. */

/** One thing that was tried. */
interface Trial {
  readonly what: string;
  /** Why the promise was broken; absent when it held. */
  readonly problem?: string | undefined;
}

export interface Ordeal {
  readonly name: string;
  /** One sentence: what a user may rely on. */
  readonly promise: string;
  trials(world: World): AsyncGenerator<Trial, void, void>;
}

/** What all ordeals share. */
export interface World {
  /** A new empty folder. */
  folder(): string;
  /** Uniform on [0, 1), from the campaign's seed. */
  random(): number;
  /** A finished run that nothing disturbed, of the small training. */
  readonly whole: string;
}

/** Uniform over the whole numbers from 0 to `count` − 1. */
export const below = ({ random }: Pick<World, "random">, count: number): number =>
  Math.floor(random() * count);

export const oneOf = <T>(world: Pick<World, "random">, all: readonly T[]): T =>
  all[below(world, all.length)]!;
