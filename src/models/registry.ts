/** All architectures, likelihoods and priors by name: a new one is a file and a line here. */

import type { Architecture } from "./architecture.ts";
import { burgess } from "./architectures/burgess.ts";
import { celeba } from "./architectures/celeba.ts";
import { conv } from "./architectures/conv.ts";
import { conv28 } from "./architectures/conv28.ts";
import { mlp } from "./architectures/mlp.ts";
import { residual } from "./architectures/residual.ts";
import { bernoulli } from "./likelihoods/bernoulli.ts";
import { continuousBernoulli } from "./likelihoods/continuous-bernoulli.ts";
import { discretizedLogistic } from "./likelihoods/discretized-logistic.ts";
import { gaussian } from "./likelihoods/gaussian.ts";
import { laplace } from "./likelihoods/laplace.ts";
import type { Likelihood } from "./likelihoods/likelihood.ts";
import { mixture } from "./priors/mixture.ts";
import { normal } from "./priors/normal.ts";
import type { Prior } from "./priors/prior.ts";
import { vamp } from "./priors/vamp.ts";

export const architectures = [
  mlp,
  conv28,
  burgess,
  celeba,
  conv,
  residual,
] as const satisfies readonly Architecture[];

export const likelihoods = [
  bernoulli,
  continuousBernoulli,
  gaussian,
  laplace,
  discretizedLogistic,
] as const satisfies readonly Likelihood[];

export const priors = [normal, mixture, vamp] as const satisfies readonly Prior[];
