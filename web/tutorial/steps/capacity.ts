import { judge, prose, step } from "../step.ts";

type CapacityObjective = (reconstruction: number, kl: number, gamma: number, capacity: number) => number;

export const capacity = step<{ capacityObjective: CapacityObjective }>({
  slug: "capacity",
  title: "H and B",
  exports: ["capacityObjective"],
  text: prose`
Two forms of β-VAE go by the letters H and B. H, after Higgins et al. (2017), sets a price for the KL and takes what comes: that was the step before. B, after Burgess et al. (2018), sets the KL itself,

$$\text{reconstruction}+\gamma\,\big|\operatorname{KL}-C\big| ,$$

with a large γ and a capacity $C$ that grows while it trains, from 0 to some 25 nats. What helps most is learned first and gets the first nats, the next thing the next ones. In the end the model has a known budget, and its pictures are sharper than at a β that gives the same disentanglement.

PyTorch-VAE's \`loss_type: B\` multiplies γ by $M/N$ and averages squared errors over pixels; its γ = 10 is quite another number than this one. \`betalab config FILE --from pytorch-vae\` translates. Complete \`capacityObjective\`.
`,
  check({ capacityObjective }) {
    return [
      judge(capacityObjective(80, 25, 100, 25), {
        what: "80 nats with the KL at C",
        right: 80,
        mistakes: [[2580, "C has no part in it"]],
      }),
      judge(capacityObjective(80, 27, 100, 25), {
        what: "with the KL 2 nats above C, at γ = 100",
        right: 280,
        mistakes: [
          [82, "γ has no part in it"],
          [480, "the distance is not squared"],
        ],
      }),
      judge(capacityObjective(80, 22, 100, 25), {
        what: "with the KL 3 nats below C",
        right: 380,
        mistakes: [
          [-220, "below C it costs as well: take the absolute value"],
          [80, "below C it costs as well: that is free bits, not a capacity"],
          [980, "the distance is not squared"],
        ],
      }),
    ];
  },
  async figure({ capacityObjective }) {
    const kls = Array.from({ length: 41 }, (_, i) => i);
    const distortion = (kl: number): number => 70 + 136 * Math.exp(-kl / 9);
    return {
      kind: "lines",
      series: [5, 15, 25].map((capacity) => ({
        name: `C = ${capacity}`,
        values: kls.map((kl) => capacityObjective(distortion(kl), kl, 20, capacity)),
      })),
      x: kls,
      axes: ["KL (nats per image)", "objective (nats per image)"],
      caption: "Your objective at γ = 20 and three capacities: the valley lies where C says.",
    };
  },
});
