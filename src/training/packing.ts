/**
 * Parameters that are updated together. A net has many tensors of a few hundred numbers (biases, batch norm), and
 * ten operators for each cost as much as the update of a large matrix. Those of one group are laid end to end
 * for the optimiser, which treats every element alike; the model still sees each by itself. Layers that are one
 * product (mean and log-variance) declare their matrices one after the other: those go together, too.
 */

import { concatenate, elementCount, reshape, sameShape, slice, type Tensor } from "../graph/index.ts";
import { fill, type StateSpec } from "../nn/index.ts";

/** Parameters of at most this many elements are packed. */
const SMALL = 4096;

/** What the optimiser updates as one tensor. */
export interface Block {
  /** Name and shape, from which the optimiser names its moments. */
  readonly spec: StateSpec;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The parameters, by name, once the block has become `updated`. */
  unpack(updated: Tensor): Map<string, Tensor>;
}

type Member = Omit<Block, "unpack">;

/** Divides the parameters of a group into blocks; `tensors` and `gradients` go with `specs`. */
export function pack(
  group: string,
  specs: readonly StateSpec[],
  tensors: readonly Tensor[],
  gradients: readonly Tensor[],
): Block[] {
  const blocks: Block[] = [];
  const small: Member[] = [];
  for (let i = 0; i < specs.length; ) {
    const first = specs[i]!;
    let end = i + 1;
    while (first.shape.length === 2 && specs[end] && sameShape(specs[end]!.shape, first.shape)) end++;
    const members = specs
      .slice(i, end)
      .map((spec, k) => ({ spec, parameter: tensors[i + k]!, gradient: gradients[i + k]! }));
    i = end;
    if (members.length > 1) blocks.push(joined(members.map(({ spec }) => spec.name).join("+"), members));
    else if (elementCount(first.shape) <= SMALL) small.push(...members);
    else blocks.push({ ...members[0]!, unpack: (updated) => new Map([[first.name, updated]]) });
  }
  if (small.length === 0) return blocks;
  const flat = (x: Tensor) => reshape(x, [elementCount(x.shape as number[])]);
  return [...blocks, joined(`small.${group}`, small, flat)];
}

/** One block out of several parameters, one after another along the first axis of what `view` makes of each. */
function joined(name: string, members: readonly Member[], view = (x: Tensor) => x): Block {
  const parts = members.map(({ parameter }) => view(parameter));
  const parameter = concatenate(parts, 0);
  const gradients = members.map(({ gradient }) => view(gradient));
  return {
    spec: { name, shape: parameter.shape as number[], initializer: fill(0), kind: "parameter" },
    parameter,
    gradient: concatenate(gradients, 0),
    unpack(updated) {
      let start = 0;
      return new Map(
        members.map(({ spec }, i) => {
          const end = start + (parts[i]!.shape[0] as number);
          const own = reshape(slice(updated, 0, start, end), spec.shape);
          start = end;
          return [spec.name, own];
        }),
      );
    },
  };
}
