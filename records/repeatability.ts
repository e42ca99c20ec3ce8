// How quiet a session must be to be called valid.

/** Mean error that a perfect model would show, above which a session says that it is invalid. */
export const NOISE_LIMIT = 0.015;

/** Where standard errors are not known: mean of |pass 2 / pass 1 − 1| above which a session says that it is invalid. */
export const REPEATABILITY_LIMIT = 0.04;
