/**
 * Small parameters, updated together. A net has many tensors of a few hundred numbers (biases, batch norm), and
 * ten operators for each cost as much as the update of a large matrix. Those of one group are laid end to end
 * for the optimiser, which treats every element alike; the model still sees each by itself.
 */

import { concatenate, elementCount, reshape, slice, type Tensor } from "../graph/index.ts";
import { fill, type StateSpec } from "../nn/index.ts";

/** Parameters of at most this many elements are packed. */
const SMALL = 4096;

/** What the optimiser updates as one tensor: a large parameter, or all the small ones of a group. */
export interface Block {
  /** Name and shape, from which the optimiser names its moments. */
  readonly spec: StateSpec;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The parameters, by name, once the block has become `updated`. */
  unpack(updated: Tensor): Map<string, Tensor>;
}

/** Divides the parameters of a group into blocks; `tensors` and `gradients` go with `specs`. */
export function pack(
  group: string,
  specs: readonly StateSpec[],
  tensors: readonly Tensor[],
  gradients: readonly Tensor[],
): Block[] {
  const members = specs.map((spec, i) => ({ spec, parameter: tensors[i]!, gradient: gradients[i]! }));
  const isSmall = ({ spec }: (typeof members)[number]) => elementCount(spec.shape) <= SMALL;
  const blocks = members
    .filter((member) => !isSmall(member))
    .map((member) => ({ ...member, unpack: (updated: Tensor) => new Map([[member.spec.name, updated]]) }));
  const small = members.filter(isSmall);
  return small.length === 0 ? blocks : [...blocks, packed(group, small)];
}

function packed(group: string, members: readonly Omit<Block, "unpack">[]): Block {
  const flat = (x: Tensor) => reshape(x, [elementCount(x.shape as number[])]);
  const join = (parts: readonly Tensor[]) => concatenate(parts.map(flat), 0);
  const total = members.reduce((count, { spec }) => count + elementCount(spec.shape), 0);
  return {
    spec: { name: `small.${group}`, shape: [total], initializer: fill(0), kind: "parameter" },
    parameter: join(members.map(({ parameter }) => parameter)),
    gradient: join(members.map(({ gradient }) => gradient)),
    unpack(updated) {
      let start = 0;
      return new Map(
        members.map(({ spec }) => {
          const end = start + elementCount(spec.shape);
          const own = reshape(slice(updated, 0, start, end), spec.shape);
          start = end;
          return [spec.name, own];
        }),
      );
    },
  };
}
