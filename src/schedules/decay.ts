// Schedules that fall by steps, powers or lines.
import { integer, number, show } from "../check.js";
import { OptionError } from "../errors.js";
import { power } from "../mathematics.js";
import { checkGamma, checkInitial, checkSteps, type ScheduleDefinition } from "./schedule.js";

export interface Constant {
  initial: number;
}

/** `initial`. */
export const constant: ScheduleDefinition<Constant> = {
  options: ["initial"],
  check({ initial }, who) {
    checkInitial(initial, who);
  },
  rate: ({ initial }) => initial,
};

export interface ExponentialDecay {
  initial: number;
  /** In (0, 1]. */
  gamma: number;
}

/** `initial * gamma^step`. */
export const exponentialDecay: ScheduleDefinition<ExponentialDecay> = {
  options: ["initial", "gamma"],
  check({ initial, gamma }, who) {
    checkInitial(initial, who);
    checkGamma(gamma, who);
  },
  rate: ({ initial, gamma }, step) => initial * power(gamma, step),
};

export interface StepDecay {
  initial: number;
  /** Updates from one fall to the next. */
  stepSize: number;
  /** In (0, 1]. */
  gamma: number;
}

/** `initial * gamma^floor(step / stepSize)`. */
export const stepDecay: ScheduleDefinition<StepDecay> = {
  options: ["initial", "stepSize", "gamma"],
  check({ initial, stepSize, gamma }, who) {
    checkInitial(initial, who);
    checkSteps(stepSize, `${who}.stepSize`);
    checkGamma(gamma, who);
  },
  rate: ({ initial, stepSize, gamma }, step) => initial * power(gamma, Math.floor(step / stepSize)),
};

export interface Piecewise {
  initial: number;
  /** Steps at which the rate falls, ascending. */
  boundaries: readonly number[];
  /** In (0, 1]. */
  gamma: number;
}

/** `initial * gamma^n`, n the count of boundaries <= step. */
export const piecewise: ScheduleDefinition<Piecewise> = {
  options: ["initial", "boundaries", "gamma"],
  check({ initial, boundaries, gamma }, who) {
    checkInitial(initial, who);
    if (!Array.isArray(boundaries) || !boundaries.length) {
      throw new OptionError(
        `${who}.boundaries: expected an array of steps such as [1000, 2000], got ${show(boundaries)}.`,
      );
    }
    let least = 1;
    for (const [i, boundary] of boundaries.entries()) {
      least = integer(boundary, `${who}.boundaries[${i}]`, { min: least }) + 1;
    }
    checkGamma(gamma, who);
  },
  rate: ({ initial, boundaries, gamma }, step) =>
    initial *
    power(
      gamma,
      boundaries.reduce((passed, boundary) => passed + (boundary <= step ? 1 : 0), 0),
    ),
};

export interface LinearDecay {
  initial: number;
  /** Updates until the rate is 0. */
  steps: number;
}

/** `initial * (1 - step / steps)`, 0 after. */
export const linearDecay: ScheduleDefinition<LinearDecay> = {
  options: ["initial", "steps"],
  check({ initial, steps }, who) {
    checkInitial(initial, who);
    checkSteps(steps, `${who}.steps`);
  },
  rate: ({ initial, steps }, step) => initial * Math.max(0, 1 - step / steps),
};

export interface PolynomialDecay extends LinearDecay {
  /** Default 1. */
  power?: number;
}

/** `initial * (1 - step / steps)^power`, 0 after. */
export const polynomialDecay: ScheduleDefinition<PolynomialDecay> = {
  options: ["initial", "steps", "power"],
  check(config, who) {
    linearDecay.check(config, who);
    if (config.power !== undefined) number(config.power, `${who}.power`, { above: 0 });
  },
  rate: ({ initial, steps, power: exponent = 1 }, step) => initial * power(Math.max(0, 1 - step / steps), exponent),
};

export interface InverseTimeDecay {
  initial: number;
  decay: number;
}

/** `initial / (1 + decay * step)`: the decay of Keras' SGD. */
export const inverseTimeDecay: ScheduleDefinition<InverseTimeDecay> = {
  options: ["initial", "decay"],
  check({ initial, decay }, who) {
    checkInitial(initial, who);
    number(decay, `${who}.decay`, { min: 0 });
  },
  rate: ({ initial, decay }, step) => initial / (1 + decay * step),
};
