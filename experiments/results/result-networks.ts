// The networks that a finished run came to: of training the four that it trained, of a sweep each of its structures.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ChannelPlan, type ChannelSum, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { readRun } from '../../records/run-file.ts';
import { sweepStructure } from '../../records/sweep.ts';
import { trainResult } from '../../records/training.ts';
import { UserError } from '../../records/user-error.ts';
import { readResultJson } from './result-files.ts';

/** Of a training run, what it was for. */
const CHOSEN = 'expanded';

/** Files of folders that runs leave. */
const MARKS = ['run.json', 'result.json', 'structures.json', 'structures'];

/** Whether a folder is one that a run left, finished or not. */
export const isRunFolder = (directory: string) => MARKS.some((name) => existsSync(join(directory, name)));

type LayerWidths = Readonly<Record<string, number>>;

/** Group widths of what a run wrote; an expansion makes layers wider than the network had them. */
function groupWidthsOf(plan: ChannelPlan, widths: LayerWidths): Int32Array {
  return Int32Array.from(plan.groups, ({ sources, size, fixed }) => {
    if (fixed) return size;
    for (const source of sources) {
      const { groups, times } = plan.outputChannels[plan.layerIndex.get(source) as number] as ChannelSum;
      const width = widths[source];
      if (width !== undefined && groups.length === 1) return Math.round(width / (times[0] as number));
    }
    return size;
  });
}

function named(directory: string, network: string, widths: LayerWidths): Network {
  if (!Object.hasOwn(ZOO, network)) {
    throw new UserError({
      got: `${directory}, a run of ${network}`,
      expected: 'a run that began with a network of the zoo',
      fix: `give the model file with the run's widths, such as model.onnx@widths.json`,
    });
  }
  const plan = planChannels(zooNetwork(network));
  return resizeNetwork(plan, groupWidthsOf(plan, widths));
}

function choose<T>(directory: string, from: ReadonlyMap<string, T>, which: string | undefined): T {
  const found = which === undefined ? undefined : from.get(which);
  if (found !== undefined) return found;
  throw new UserError({
    got: which === undefined ? `${directory}, which holds several networks` : `${directory}@${which}`,
    expected: `one of ${[...from.keys()].join(', ')}`,
    fix: `name one behind an @, such as ${directory}@${[...from.keys()][0]}`,
  });
}

/** Networks of a sweep by the name of their structure, in its own folder or packed into one file. */
function structuresOf(directory: string): Map<string, LayerWidths> {
  const packed = join(directory, 'structures.json');
  if (existsSync(packed))
    return new Map(Object.entries(readResultJson(packed, z.record(z.string(), sweepStructure))));
  const folder = join(directory, 'structures');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return new Map(
    files.sort().map((name) => [name.slice(0, -5), readResultJson(join(folder, name), sweepStructure)]),
  );
}

/**
 * A network that a finished `train` or `sweep` came to.
 * @param which of a training run seed, shrunk, expanded (the default) or multiplier; of a sweep the name of a structure
 * @throws UserError for a folder of another kind, and for a name that it does not have
 */
export function resultNetwork(directory: string, which?: string): Network {
  const result = join(directory, 'result.json');
  if (existsSync(result)) {
    const { network, networks } = readResultJson(result, trainResult);
    const widths = new Map(networks.map((each) => [each.name as string, each.widths]));
    return named(directory, network, choose(directory, widths, which ?? CHOSEN));
  }
  const structures = structuresOf(directory);
  if (structures.size > 0) {
    const { network } = readRun(directory).settings;
    return named(directory, String(network), choose(directory, structures, which));
  }
  throw new UserError({
    got: `folder ${directory}`,
    expected: 'the --out folder of a finished train or sweep',
    fix: 'name one, or a network or model file',
  });
}
