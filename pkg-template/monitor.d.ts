import type { Label, Model } from "./edgelet.js";

/** A feature in training: a numeric one has edges, a categorical one categories, each with as many counts as there are bins. */
export interface ProfileFeature {
  name: string;
  edges?: number[];
  categories?: Label[];
  counts: number[];
  missing?: number;
  unknown?: number;
}

/** What a model saw in training; a release has one. */
export interface Profile {
  rows?: number;
  inputs?: ProfileFeature[];
  outputs?: ProfileFeature[];
}

/** A feature since the monitor began. `missing` and `unknown` are shares of the rows. */
export interface FeatureDrift {
  name: string;
  edges?: number[];
  categories?: Label[];
  rows: number;
  counts: number[];
  missing: number;
  unknown: number;
  /** The shares in training. */
  expected: { missing: number; unknown: number };
  /** The population stability index: below 0.1 hardly any drift, above 0.25 much. It says little before some hundred rows. */
  psi: number;
}

/** Plain values, to be sent as JSON. */
export interface DriftReport {
  since: Date;
  rows: number;
  inputs: FeatureDrift[];
  outputs: FeatureDrift[];
}

export interface MonitorOptions {
  /** Instead of the profile in the model's release. */
  profile?: Profile;
  /** Hears of every prediction that was made. */
  onPrediction?: (prediction: Prediction) => void;
}

/** One call of a model, with what was given and what came of it. */
export interface Prediction {
  method: "predict" | "predictProba" | "decisionFunction" | "transform";
  rows: unknown;
  answer: unknown;
}

export interface Monitor {
  report(): DriftReport;
  /** Counts from zero. */
  reset(): void;
  /** Ends it: the model is as it was. */
  stop(): void;
}

/**
 * Counts what a model is asked and answers from now on, against what it saw in training. Nothing leaves the device: the
 * report is yours to send. Predictions of a model that is not monitored cost what they always did.
 */
export function monitor(model: Model, options?: MonitorOptions): Monitor;
