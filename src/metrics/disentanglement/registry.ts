/** All metrics of one model, in the order of tables: a new one is a file and a line here. (`udr` judges several.) */

import { betaVae } from "./beta-vae.ts";
import { codeMutualInformation } from "./code-mutual-information.ts";
import { dci } from "./dci.ts";
import { dciEs } from "./dci-es.ts";
import { downstream } from "./downstream.ts";
import { explicitness } from "./explicitness.ts";
import { factorVae } from "./factor-vae.ts";
import { gaussianTc } from "./gaussian-tc.ts";
import { infoCompactness, infoExplicitness, infoModularity } from "./infomec.ts";
import { irs } from "./irs.ts";
import { linearProbe, nearestNeighbours } from "./label-accuracy.ts";
import { labelInformation } from "./label-information.ts";
import type { Metric } from "./metric.ts";
import { mig } from "./mig.ts";
import { migTc } from "./mig-tc.ts";
import { modularity } from "./modularity.ts";
import { sap } from "./sap.ts";
import { wassersteinCorrelation } from "./wasserstein-correlation.ts";

export const metrics = [
  betaVae,
  factorVae,
  mig,
  migTc,
  dci,
  dciEs,
  sap,
  modularity,
  explicitness,
  irs,
  infoModularity,
  infoCompactness,
  infoExplicitness,
  downstream,
  gaussianTc,
  wassersteinCorrelation,
  codeMutualInformation,
  labelInformation,
  linearProbe,
  nearestNeighbours,
] as const satisfies readonly Metric[];

export const metricNames: readonly string[] = metrics.map(({ name }) => name);
