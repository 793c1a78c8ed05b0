import { input, type Tensor } from "../../../src/graph/index.ts";
import { besideEachOther, EPOCHS, klOfEach, progressOf, reconstructed } from "../comparison.ts";
import { judge, prose, type Recipe, scalarOf, shaped, step } from "../step.ts";

type CapacityObjective = (reconstruction: Tensor, kl: Tensor, gamma: number, capacity: Tensor) => Tensor;

/** Of the figure's training. */
const GAMMA = 20;
const LAST = 15;

export const capacity = step<{ capacityObjective: CapacityObjective }>({
  slug: "capacity",
  title: "H and B",
  exports: ["capacityObjective"],
  text: prose`
Two forms of β-VAE go by the letters H and B. H, after Higgins et al. (2017), sets a price for the KL and takes what comes: that was the step before. B, after Burgess et al. (2018), sets the KL itself,

$$\text{reconstruction}+\gamma\,\big|{\operatorname{KL}}-C\big| ,$$

with a large γ and a capacity $C$ that grows while it trains, from 0 to some 25 nats. What helps most is learned first and gets the first nats, the next thing the next ones. In the end the model has a known budget, and its pictures are sharper than at a β that gives the same disentanglement.

PyTorch-VAE’s \`loss_type: B\` multiplies γ by a \`kld_weight\`, 0.00025 today, and averages squared errors over a picture’s 12 288 values; beside a sum in nats, at σ = 1, its γ = 10 is 15.36. \`betalab config FILE --from pytorch-vae\` translates.

Complete \`capacityObjective\`. Then it trains a small model in this page, with a capacity that grows from 0 to 15 nats.
`,
  check({ capacityObjective }) {
    const built = capacityObjective(input("reconstruction", []), input("kl", []), 2, input("capacity", []));
    const shape = shaped("the objective", built, []);
    if (!shape.holds) return [shape];
    const at = (...values: [reconstruction: number, kl: number, capacity: number]): number =>
      scalarOf((reconstruction, kl, c) => capacityObjective(reconstruction!, kl!, 100, c!), ...values);
    return [
      shape,
      judge(at(80, 25, 25), {
        what: "the objective with 80 nats of reconstruction and the KL at C",
        right: 80,
        mistakes: [[2580, "C has no part in it"]],
      }),
      judge(at(80, 27, 25), {
        what: "the objective with the KL 2 nats above C, at γ = 100",
        right: 280,
        mistakes: [
          [82, "γ has no part in it"],
          [480, "the distance is not squared"],
        ],
      }),
      judge(at(80, 22, 25), {
        what: "the objective with the KL 3 nats below C",
        right: 380,
        mistakes: [
          [-220, "below C it costs as well: take the absolute value"],
          [80, "below C it costs as well: that is free bits, not a capacity"],
          [980, "the distance is not squared"],
        ],
      }),
    ];
  },
  async *figure({ capacityObjective }, lab) {
    const capacityIn = (epoch: number): number => (LAST * epoch) / EPOCHS;
    const recipe: Recipe = {
      latents: 10,
      epochs: EPOCHS,
      scalars: { capacity: capacityIn(1) },
      next: ({ epoch }) => ({ capacity: capacityIn(epoch) }),
      loss: ({ reconstruction, kl, scalar }) =>
        capacityObjective(reconstruction, kl, GAMMA, scalar("capacity")),
    };
    const kls: number[] = [];
    for await (const models of besideEachOther(lab, { model: recipe })) {
      kls.push(models[0].moment.kl);
      yield {
        kind: "group",
        parts: [
          {
            kind: "lines",
            series: [
              { name: "C", values: kls.map((_, i) => capacityIn(i + 1)) },
              { name: "KL", values: kls },
            ],
            x: kls.map((_, i) => i + 1),
            end: EPOCHS,
            axes: ["epoch", "nats per image"],
            caption: `The KL of held-out digits follows C, at γ = ${GAMMA}.`,
          },
          klOfEach(models),
          await reconstructed(lab, models),
        ],
        caption: `${progressOf(models)} Every nat more of capacity goes where it helps the picture most.`,
      };
    }
  },
});
