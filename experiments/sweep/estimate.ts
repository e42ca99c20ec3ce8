// What a sweep will take: how many networks are trained on how many images, in seed networks' worth.
import { formsOf, type Path, pathOf, variantsOf } from './methods.ts';
import type { SweepSettings } from './sweep-settings.ts';

export interface SweepEstimate {
  /** Networks in sweep.csv. */
  readonly networks: number;
  /** Trainings from scratch or from surviving weights, the seed networks' included. */
  readonly trainings: number;
  readonly paths: number;
  /** Images, each counted by what its network costs against the seed network. */
  readonly seedImages: number;
}

/** From scratch, and on from the weights that survived. */
const TIMES = 2;

type Shape = Pick<SweepSettings, 'methods' | 'forms' | 'budgets' | 'epochs' | 'shrinkEpochs'>;

/**
 * @param seeds how many
 * @param trainImages per epoch
 */
export function estimateSweep(settings: Shape, seeds: number, trainImages: number): SweepEstimate {
  const { methods, forms, budgets, epochs, shrinkEpochs } = settings;
  const variants = variantsOf(methods, forms, budgets);
  const paths = new Set(methods.map(pathOf).filter((path): path is Path => path !== null)).size;
  const twice = methods.flatMap((method) => formsOf(method, forms)).filter((form) => form === 'twice');
  const again = forms.includes('expanded') ? twice.length : 0;
  const trained = variants.reduce((sum, { budget }) => sum + TIMES * budget, 0);
  // Those without a path go on for as long as a path takes.
  const pathless = variants.filter(({ method }) => pathOf(method) === null);
  const longer = [
    ...pathless.map(({ budget }) => budget),
    ...Array.from({ length: again }, () => budgets).flat(),
  ];
  const shrunk = paths + longer.reduce((sum, budget) => sum + budget, 0);
  return {
    networks: seeds * (1 + variants.length),
    trainings: seeds * (1 + TIMES * variants.length),
    paths: seeds * (paths + again * budgets.length),
    seedImages: seeds * trainImages * (epochs * (1 + trained) + shrinkEpochs * shrunk),
  };
}
