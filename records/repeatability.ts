// How well networks must repeat for a session to be called valid.

/** Mean of |pass 2 / pass 1 − 1| above which a session says that it is invalid. */
export const REPEATABILITY_LIMIT = 0.04;
