import { add, multiply } from "../../../src/graph/index.ts";
import { besideEachOther, costs, EPOCHS, klOfEach, progressOf } from "../comparison.ts";
import { judge, prose, type Recipe, step } from "../step.ts";

type ScheduledBeta = (epoch: number, epochs: number) => number;

export const schedule = step<{ scheduledBeta: ScheduledBeta }>({
  slug: "schedule",
  title: "A rising β",
  exports: ["scheduledBeta"],
  text: prose`
At the start the decoder is poor, and every nat that goes through $z$ is wasted: the KL pulls all posteriors to the prior before they have said anything, and some latents never come back. So let the weight of the KL rise (Bowman et al. 2016, Sønderby et al. 2016): cheap at first, then at its full price,

$$\beta_e=\frac{e}{E},\qquad e=1,\dots,E .$$

Then a latent finds a use before it has to pay. In the last epoch β is 1, so that what is minimised in the end is the −ELBO. Complete \`scheduledBeta\`: with ten epochs it goes 0.1, 0.2, … 1. Then two small models are trained in this page, one by your schedule and one at β = 1 from the start, with more latents than these digits need.
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
        what: "β in the fifth epoch",
        right: 0.5,
        mistakes: [[0.4, "one step behind"]],
      }),
      judge(scheduledBeta(10, 10), {
        what: "β in the last epoch",
        right: 1,
        mistakes: [[0.9, "it never reaches 1: then another objective is minimised to the end"]],
      }),
    ];
  },
  async *figure({ scheduledBeta }, lab) {
    const by = (betaIn: (epoch: number) => number): Recipe => ({
      latents: 20,
      epochs: EPOCHS,
      scalars: { beta: betaIn(1) },
      next: ({ epoch }) => ({ beta: betaIn(epoch) }),
      loss: ({ reconstruction, kl, scalar }) => add(reconstruction, multiply(scalar("beta"), kl)),
    });
    const rising = (epoch: number): number => scheduledBeta(epoch, EPOCHS);
    const recipes = { "your schedule": by(rising), "β = 1": by(() => 1) };
    const kls: number[][] = [];
    for await (const models of besideEachOther(lab, recipes)) {
      kls.push(models.map(({ moment }) => moment.kl));
      const x = kls.map((_, i) => i + 1);
      yield {
        kind: "group",
        parts: [
          {
            kind: "lines",
            series: [{ name: "β", values: x.map(rising) }],
            x,
            end: EPOCHS,
            axes: ["epoch", "β"],
            caption: "Your β: the same for a whole epoch, as in betalab train mnist-mlp-50-annealed.",
          },
          {
            kind: "lines",
            series: models.map(({ name }, m) => ({ name, values: kls.map((row) => row[m]!) })),
            x,
            end: EPOCHS,
            axes: ["epoch", "KL (nats per image)"],
            caption: "While a nat is cheap, the model takes many, and gives some back as the price rises.",
          },
          klOfEach(models),
          costs(models),
        ],
        caption: `${progressOf(models)} The latents at the right are those that fall silent when the full price is asked from the start.`,
      };
    }
  },
});
