// The laws by which a study draws widths, by their names.
import { SAMPLING_LAWS } from '../../network/sampling.ts';

/** Laws that draw from a seed alone, `around` a structure file, and `file`: exactly the structure files given. */
export const STUDY_LAWS = [...SAMPLING_LAWS, 'around', 'file'] as const;
export type StudyLaw = (typeof STUDY_LAWS)[number];

/** Standard deviation of the logarithm of a width under the law `around`. */
export const DEFAULT_SPREAD = 0.2;
