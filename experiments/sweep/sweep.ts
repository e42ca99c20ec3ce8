// A sweep: methods × budgets × seeds, each network as fast as asked by measurement, trained alike.
import { holdingFolder } from '../../records/folder-lock.ts';
import type { SweepRecord } from '../../records/sweep.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { type ChosenNetworks, chooseNetworks } from './choose-networks.ts';
import { expandAgain, type TrainedNetwork } from './expand-again.ts';
import { variantsOf } from './methods.ts';
import { type PreparedSeed, prepareSeed } from './prepare-seed.ts';
import { openSweep, type SweepOptions } from './sweep-run.ts';
import { addRow, rowOf, trainChosen } from './train-chosen.ts';

/** Where the progress of the seed networks and their paths ends, and that of choosing; budgets share the rest. */
const PREPARED = 0.3;
const CHOSEN = 0.32;
/** Of a budget's progress; the rest expands again. */
const TRAINED = 0.7;

/** A random seed with its networks chosen and measured. */
interface ChosenSeed extends PreparedSeed {
  readonly chosen: ChosenNetworks;
  /** Of the networks trained so far, by id. */
  readonly networks: Map<string, TrainedNetwork>;
}

async function chooseForSeed(prepared: PreparedSeed): Promise<ChosenSeed> {
  const { own, sources, trained } = prepared;
  const chosen = await chooseNetworks(own, sources, 'choices.json');
  const [any] = chosen.values();
  const latencyUs = any?.kept.seedUs ?? Number.NaN;
  const measured = { latencyUs, seedUs: latencyUs, standardError: null };
  const seedRow = { method: 'seed', form: 'seed', budget: 1 };
  addRow(own.run, rowOf(own, seedRow, own.run.options.network, measured, trained));
  return { ...prepared, chosen, networks: new Map() };
}

/** Trains a seed's networks of one budget. */
async function trainBudget(
  { own, sources, chosen, networks }: ChosenSeed,
  budget: number,
  onProgress: ProgressListener,
): Promise<void> {
  const ofBudget = sources.filter(({ variant }) => variant.budget === budget);
  const weights = await trainChosen(own, ofBudget, chosen, onProgress);
  for (const [id, each] of weights) {
    const found = chosen.get(id);
    if (found !== undefined) networks.set(id, { network: found.network, weights: each });
  }
}

/** A listener's span in as many equal parts, one after the other. */
function inTurn(listener: ProgressListener | undefined, from: number, to: number, count: number) {
  let done = 0;
  return (): ProgressListener => {
    const at = (index: number) => from + ((to - from) * index) / count;
    done++;
    return partOf(listener, at(done - 1), at(done));
  };
}

/**
 * Trains and measures every method at every budget for every seed; `sweep.csv` gets a row per network. Networks of all
 * seeds are chosen and measured before any is trained, and budgets are trained in the order they are given in, each with
 * all seeds: what is stopped early has whole comparisons. A killed sweep goes on after its last whole epoch.
 * @throws UserError if the data does not fit the network, or `out` holds a sweep of other settings or another process
 */
export function sweep(options: SweepOptions): Promise<SweepRecord[]> {
  return holdingFolder(options.out, 'sweep', () => sweepHere(options));
}

async function sweepHere(options: SweepOptions): Promise<SweepRecord[]> {
  const { methods, forms, budgets, onProgress } = options;
  const run = await openSweep(options);
  const measurer = await options.openMeasurer();
  try {
    const count = options.seeds.length;
    const preparing = inTurn(onProgress, 0, PREPARED, count);
    const prepared: PreparedSeed[] = [];
    for (const seed of options.seeds) prepared.push(await prepareSeed({ run, seed, measurer }, preparing()));

    const choosing = inTurn(onProgress, PREPARED, CHOSEN, count);
    const seeds: ChosenSeed[] = [];
    for (const each of prepared) {
      choosing()({ fraction: 0, text: `seed ${each.own.seed}: choosing and measuring its networks` });
      seeds.push(await chooseForSeed(each));
    }

    const budget = inTurn(onProgress, CHOSEN, 1, budgets.length);
    for (const share of budgets) {
      const part = budget();
      const training = inTurn(part, 0, TRAINED, count);
      for (const each of seeds) await trainBudget(each, share, training());
      const again = variantsOf(methods, forms, [share]).filter(({ form }) => form === 'twice');
      const expanding = inTurn(part, TRAINED, 1, count);
      for (const { own, networks } of seeds) await expandAgain(own, again, networks, expanding());
    }
    return run.rows.read();
  } finally {
    await measurer.close();
  }
}
