// The size of a spoken-digit patch, which the data set and the networks agree on.

/** Frames of a spoken-digit patch: the height of the input of the networks named -digits. */
export const SPOKEN_DIGITS_FRAMES = 64;

/** Mel bands of each frame: its width. */
export const SPOKEN_DIGITS_MEL_BANDS = 40;
