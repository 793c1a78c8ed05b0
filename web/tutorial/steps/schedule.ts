import { judge, prose, step } from "../step.ts";

type ScheduledBeta = (epoch: number, epochs: number) => number;

export const schedule = step<{ scheduledBeta: ScheduledBeta }>({
  slug: "schedule",
  title: "β that rises",
  exports: ["scheduledBeta"],
  text: prose`
At the start the decoder is poor, and every nat that goes through $z$ is wasted: the KL pulls all posteriors to the prior before they have said anything, and some latents never come back. Weigh the KL by a β that rises (Bowman et al. 2016, Sønderby et al. 2016): cheap at first, then at its full price,

$$\beta_e=\frac{e}{E},\qquad e=1,\dots,E .$$

Then a latent finds a use before it has to pay. In the last epoch β is 1, so that what is minimised in the end is the −ELBO. Complete \`scheduledBeta\`: with ten epochs it goes 0.1, 0.2, … 1.
`,
  check({ scheduledBeta }) {
    return [
      judge(scheduledBeta(1, 10), {
        what: "β in the first of ten epochs",
        right: 0.1,
        mistakes: [
          [0, "epochs are counted from 1: it begins at 0.1"],
          [1, "that is the full price at once"],
          [10, "the other way up: epoch / epochs"],
          [0.2, "one step too far"],
        ],
      }),
      judge(scheduledBeta(5, 10), {
        what: "β in the fifth",
        right: 0.5,
        mistakes: [[0.4, "one step behind"]],
      }),
      judge(scheduledBeta(10, 10), {
        what: "β in the last",
        right: 1,
        mistakes: [[0.9, "it never reaches 1: then another objective is minimised to the end"]],
      }),
    ];
  },
  async figure({ scheduledBeta }) {
    const epochs = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) + 1);
    return {
      kind: "lines",
      series: [{ name: "β", values: epochs.map((epoch) => scheduledBeta(epoch, 10)) }],
      x: epochs.map((_, i) => i / 10),
      axes: ["epochs trained", "β"],
      caption: "Your schedule: β stays for an epoch, as in betalab train mnist-mlp-50-annealed.",
    };
  },
});
