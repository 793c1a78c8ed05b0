import {
  add,
  constant,
  input,
  interpret,
  multiply,
  square,
  sum,
  type Tensor,
} from "../../../src/graph/index.ts";
import { floats, judge, prose, shaped, step } from "../step.ts";

type Descend = (loss: Tensor, parameters: readonly Tensor[], rate: number) => Tensor[];

/** loss = Σ (a² + 3·a·b): slopes 2a + 3b and 3a. */
function bowl() {
  const [a, b] = [input("a", [1]), input("b", [1])];
  return { a, b, loss: sum(add(square(a), multiply(multiply(a, b), constant(3)))) };
}

export const training = step<{ descend: Descend }>({
  slug: "training",
  title: "Training",
  exports: ["descend"],
  text: prose`
Learning moves every weight a little against the slope of the objective, estimated from one batch of images,

$$\theta\leftarrow\theta-\eta\,\nabla_\theta\big(-\text{ELBO}\big).$$

\`gradients(loss, parameters)\` walks the graph backwards and gives one slope for each parameter: more graph, which is computed together with everything else. So a training step is one program: images and noise in, new weights out. That is how betalab trains, but with Adam, which smooths each slope over the last steps and divides it by its usual size.

Complete \`descend\`.
`,
  check({ descend }) {
    const { a, b, loss } = bowl();
    const next = descend(loss, [a, b], 0.1);
    if (!Array.isArray(next) || next.length !== 2) {
      return [{ holds: false, says: "descend gives one new value for each parameter, as a list" }];
    }
    const shapes = next.map((one, i) => shaped(`parameter ${i + 1}`, one, [1]));
    if (shapes.some(({ holds }) => !holds)) return shapes;
    const values = interpret({ a: next[0]!, b: next[1]! }, { a: floats([2], [1]), b: floats([1], [1]) });
    return [
      ...shapes,
      judge(Number(values.a.data[0]), {
        what: "after one step, a parameter at 2 with slope 7 and rate 0.1",
        right: 1.3,
        mistakes: [
          [2.7, "that is uphill: subtract"],
          [-0.7, "that is the step alone; subtract it from the parameter"],
          [0.7, "that is the step alone; subtract it from the parameter"],
          [-5, "the rate has no part in it"],
          [2, "it did not move"],
        ],
      }),
      judge(Number(values.b.data[0]), {
        what: "and one at 1 with slope 6",
        right: 0.4,
        mistakes: [
          [0.3, "every parameter has a slope of its own: that is the first one's"],
          [1.6, "that is uphill: subtract"],
        ],
      }),
    ];
  },
  async *figure({ descend }) {
    const curve = (rate: number): number[] => {
      const x = input("x", [2]);
      const loss = sum(multiply(square(x), constant(Float32Array.of(1, 8), [2])));
      const [next] = descend(loss, [x], rate);
      const values: number[] = [];
      let at: Float32Array = Float32Array.of(2, 1);
      for (let i = 0; i < 30; i++) {
        const now = interpret({ loss, next: next! }, { x: floats(at, [2]) });
        values.push(Number(now.loss.data[0]));
        at = now.next.data as Float32Array;
      }
      return values;
    };
    yield {
      kind: "lines",
      series: [0.01, 0.05, 0.123].map((rate) => ({ name: `η = ${rate}`, values: curve(rate) })),
      x: Array.from({ length: 30 }, (_, i) => i),
      axes: ["step", "loss"],
      caption:
        "Your descent in a narrow valley: too small a rate creeps; one near the limit, here 0.125, leaps from wall to wall and arrives no sooner.",
    };
  },
});
